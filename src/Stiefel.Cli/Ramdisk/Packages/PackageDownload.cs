using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Packages;

/// <summary>
/// Downloads packages with all their dependencies, verified by apt's signatures. Nothing is installed and no maintainer script runs:
/// mmdebstrap (or debootstrap if there is no mmdebstrap) resolves and downloads them, and only the .deb files are kept.
/// </summary>
internal static class PackageDownload
{
    private static readonly TimeSpan s_timeLimit = TimeSpan.FromMinutes(30);

    /// <summary>Fills a directory with .deb files.</summary>
    public static async Task FetchAsync(DebianSource source, IReadOnlyList<string> packages, string directory, CancellationToken token)
    {
        if (ExternalProgram.Find("mmdebstrap") is not null)
        {
            await ByMmdebstrapAsync(source, packages, directory, token);
        }
        else if (ExternalProgram.Find("debootstrap") is not null)
        {
            await ByDebootstrapAsync(source, packages, directory, token);
        }
        else
        {
            throw new FailedException("create-initrd needs mmdebstrap (or debootstrap); on Debian and Ubuntu: apt install mmdebstrap");
        }

        if (Directory.GetFiles(directory, "*.deb").Length == 0)
        {
            throw new FailedException($"no package could be downloaded from {source.Suite}; check the mirror (--debian-mirror or initrd.debian.mirror)");
        }
    }

    private static async Task ByMmdebstrapAsync(DebianSource source, IReadOnlyList<string> packages, string directory, CancellationToken token)
    {
        // mmdebstrap does copy-out outside its user namespace, so it may write here.
        await RunAsync(
            "mmdebstrap",
            [
                "--variant=extract", "--architectures=amd64", "--format=null",
                $"--components={string.Join(',', source.Components)}",
                $"--include={string.Join(',', packages)}",
                $"--extract-hook=copy-out /var/cache/apt/archives {Quote(directory)}",
                source.Suite, "-", .. source.MirrorArguments,
            ],
            token);
        TakeArchives(Path.Combine(directory, "archives"), directory);
    }

    private static async Task ByDebootstrapAsync(DebianSource source, IReadOnlyList<string> packages, string directory, CancellationToken token)
    {
        var target = Path.Combine(directory, "target");
        await RunAsync(
            "debootstrap",
            [
                "--download-only", "--arch=amd64", "--variant=minbase",
                $"--components={string.Join(',', source.Components)}",
                $"--include={string.Join(',', packages)}",
                source.Suite, target, .. source.Mirror is { } mirror ? (string[])[mirror] : [],
            ],
            token);
        TakeArchives(Path.Combine(target, "var/cache/apt/archives"), directory);
        Directory.Delete(target, recursive: true);
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken token)
        => await ExternalProgram.RunAsync(program, arguments, new ExternalProgramOptions { Timeout = s_timeLimit }, token);

    private static void TakeArchives(string archives, string directory)
    {
        foreach (var file in Directory.GetFiles(archives, "*.deb"))
        {
            File.Move(file, Path.Combine(directory, Path.GetFileName(file)));
        }

        if (Directory.Exists(Path.Combine(directory, "archives")))
        {
            Directory.Delete(Path.Combine(directory, "archives"), recursive: true);
        }
    }

    /// <summary>Quotes a path in a hook, which mmdebstrap splits as a shell would.</summary>
    public static string Quote(string path) => "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
