using System.ComponentModel;
using System.Diagnostics;
using Stiefel.Linux.Programs;

namespace Stiefel.Server.NetBoot;

/// <summary>Runs dnsmasq for one interface, starts it again when it ends by itself, and ends it with this server. Firmware is known to boot from dnsmasq.</summary>
/// <param name="program">The directory of the ramdisk's dnsmasq and its libraries; if it has none, the system's dnsmasq is used.</param>
/// <param name="paths">The paths of its files.</param>
/// <param name="news">Reads the lines that it prints.</param>
/// <param name="logger">Logs why it does not run.</param>
internal sealed class Dnsmasq(string program, NetBootPaths paths, NetBootNews news, ILogger logger)
{
    private const string Name = "dnsmasq";
    private const int MostStarts = 5;

    // A run of this length counts as a success and resets the count of failed starts.
    private static readonly TimeSpan s_good = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);

    /// <summary>Runs dnsmasq until cancelled, or until it has failed too often.</summary>
    public async Task RunAsync(string name, string configuration, CancellationToken token)
    {
        var file = paths.ConfigurationOf(name);
        await File.WriteAllTextAsync(file, configuration, token);
        var (starts, pause) = (0, s_firstPause);
        while (!token.IsCancellationRequested)
        {
            EndLeftover(name, file);
            var started = Stopwatch.GetTimestamp();
            var problem = await RunOnceAsync(file, token);
            if (token.IsCancellationRequested)
            {
                return;
            }

            (starts, pause) = Stopwatch.GetElapsedTime(started) > s_good ? (1, s_firstPause) : (starts + 1, pause);
            logger.Failed(name, starts < MostStarts ? $"{problem}; starting it again in {pause.TotalSeconds:0} s" : $"{problem}; given up until the cable is put in again");
            if (starts >= MostStarts)
            {
                return;
            }

            await Task.Delay(pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause *= 2;
        }
    }

    private async Task<string> RunOnceAsync(string file, CancellationToken token)
    {
        try
        {
            var (path, before) = FindProgram();
            await ExternalProgram.RunAsync(path, [.. before, "--keep-in-foreground", $"--conf-file={file}"], new ExternalProgramOptions { OnOutputLine = news.Read, MostText = 4096 }, token);
            return "dnsmasq has ended";
        }
        catch (OperationCanceledException)
        {
            return "";
        }
        catch (ExternalProgramException e)
        {
            return e.ErrorText.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? e.Message;
        }
    }

    // The ramdisk's dnsmasq brings its own libraries, so start it by the dynamic loader among them.
    private (string Path, string[] Before) FindProgram()
    {
        var loader = Path.Combine(program, "lib", "ld-linux-x86-64.so.2");
        return File.Exists(loader) ? (loader, ["--library-path", Path.Combine(program, "lib"), Path.Combine(program, "sbin", Name)]) : (Name, []);
    }

    // A killed server could not end its dnsmasq, which still holds the port.
    private void EndLeftover(string name, string file)
    {
        try
        {
            if (int.TryParse(File.ReadAllText(paths.ProcessOf(name)), out var number) && File.ReadAllText($"/proc/{number}/cmdline").Contains($"--conf-file={file}\0", StringComparison.Ordinal))
            {
                using var leftover = Process.GetProcessById(number);
                leftover.Kill();
                leftover.WaitForExit(s_good);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or Win32Exception)
        {
            // None is running.
        }
    }
}
