using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Containers;

/// <summary>The laptop's container serves the ramdisk's own kernel and initrd; the desktop's searches, downloads and verifies them, as for a boot.</summary>
internal sealed class TrialBoot(RamdiskContainer laptop, RamdiskContainer desktop, TrialFiles given)
{
    private const string Serving = "stiefel: phase serving";
    private const string Kernel = "kernel";
    private const string Initrd = "initrd";
    private const string Downloaded = "downloaded";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <returns>What was served, for a person.</returns>
    /// <exception cref="FailedException">One of the two failed, the server did not start to serve, or another file arrived.</exception>
    public async Task<string> RunAsync(RamdiskImage image, CancellationToken token)
    {
        File.Copy(image.Kernel, Path.Combine(given.Laptop, Kernel));
        File.Copy(image.Initrd, Path.Combine(given.Laptop, Initrd));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = ServeAsync(serving, end.Token);
        try
        {
            // If the server ends first, this throws what it said last.
            await await Task.WhenAny(serving.Task, server).WaitAsync(s_limit, token);
            await desktop.RunAsync(
                ["/usr/bin/stiefel-client", "fetch", "--key", In(TrialFiles.Key + KeyDirectory.Extension), "--out", In(Downloaded)],
                new ExternalProgramOptions { Timeout = s_limit }, token);
        }
        catch (TimeoutException)
        {
            throw new FailedException($"the server did not say `{Serving}` within {s_limit.TotalSeconds:0} s");
        }
        finally
        {
            await end.CancelAsync();
            await server.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        Compare(image.Kernel, Kernel);
        Compare(image.Initrd, Initrd);
        return DataSize.Binary(new FileInfo(image.Initrd).Length);
    }

    // The link is not protected: whether this machine's kernel has WireGuard says nothing about the ramdisk's.
    private Task ServeAsync(TaskCompletionSource serving, CancellationToken token) => laptop.RunAsync(
        [
            "/usr/bin/stiefel-server", "--Boot:Kernel", In(Kernel), "--Boot:Initrd", In(Initrd), "--Boot:CommandLine", "root=/dev/nbd0", "--Disk:Path", In(TrialFiles.Disk),
            "--Keys:Directory", In(TrialFiles.Keys), "--State:Directory", In("state"), "--Link:Protection", "none",
        ],
        new ExternalProgramOptions
        {
            OnOutputLine = line =>
            {
                if (line.Contains(Serving, StringComparison.Ordinal))
                {
                    serving.TrySetResult();
                }
            },
        },
        token);

    private void Compare(string expected, string name)
    {
        var arrived = Path.Combine(given.Desktop, Downloaded, name);
        if (!File.Exists(arrived) || ManifestFile.Of(arrived) != ManifestFile.Of(expected))
        {
            throw new FailedException($"the {name} that arrived is not the one that was served");
        }
    }

    private static string In(string name) => $"{RamdiskContainer.Given}/{name}";
}
