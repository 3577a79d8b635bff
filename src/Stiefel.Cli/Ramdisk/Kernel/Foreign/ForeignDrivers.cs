using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;
using Stiefel.Linux.Modules;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Kernel.Foreign;

/// <summary>
/// Builds drivers that are not in the kernel: from archives whose hash the configuration names, in a Debian root that is thrown away afterwards, without a network.
/// No compiler gets into the ramdisk.
/// </summary>
/// <param name="cache">Keeps the modules that were built.</param>
/// <param name="log">Receives notes for the user.</param>
/// <param name="source">Where the kernel's headers come from: the distribution of the kernel.</param>
/// <param name="drivers">The drivers to build.</param>
/// <param name="workDirectory">A directory for the archives.</param>
internal sealed class ForeignDrivers(StepCache cache, StepLog log, DebianSource source, IReadOnlyList<ForeignDriver> drivers, string workDirectory)
{
    private const string Place = "/stiefel";

    // $1 is the kernel's release. The driver's own Makefile is the topmost one.
    private const string Script = $$"""
        set -e
        mkdir -p {{Place}}/out
        for archive in {{Place}}/archives/*.archive; do
          files={{Place}}/source/$(basename "$archive")
          mkdir -p "$files"
          tar -xf "$archive" -C "$files" --no-same-owner
          makefile=$(find "$files" -maxdepth 3 '(' -name Kbuild -o -name Makefile ')' | awk -F/ '{ print NF, $0 }' | sort -n | head -n 1 | cut -d ' ' -f 2-)
          [ -n "$makefile" ] || { echo "there is no Makefile in the archive" >&2; exit 1; }
          make -C "/lib/modules/$1/build" M="$(dirname "$makefile")" modules >&2
          find "$files" -name '*.ko' -exec strip --strip-debug '{}' ';' -exec cp '{}' {{Place}}/out/ ';'
        done
        ls {{Place}}/out/*.ko >/dev/null

        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(30);

    /// <summary>A text that changes when any driver does.</summary>
    public IEnumerable<string> Lines => drivers.Select(driver => driver.Sha256);

    /// <summary>Builds the drivers for a kernel.</summary>
    /// <param name="release">The kernel's release, as `uname -r` prints it.</param>
    /// <param name="token">Cancels the build.</param>
    /// <returns>The files of the built modules.</returns>
    public async Task<IReadOnlyList<string>> BuildAsync(string release, CancellationToken token)
    {
        if (drivers.Count == 0)
        {
            return [];
        }

        log.Note("the drivers of initrd.drivers have no signature: with Secure Boot (lockdown) neither the laptop's ramdisk nor the desktop's loads them");
        var key = new StepKey("drivers", 1).Add("suite", source.Suite).Add("mirrors", source.MirrorArguments).Add("release", release).Add("archives", Lines);
        var directory = await cache.GetAsync(key, $"{drivers.Count} drivers for {release}", (target, stop) => MakeAsync(target, release, stop), token);
        return [.. Directory.GetFiles(directory, "*.ko", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    /// <summary>The kernel's own modules that these need, by their names.</summary>
    public static async Task<IReadOnlyList<string>> NeedsOfAsync(IReadOnlyList<string> modules, CancellationToken token)
    {
        var needs = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var module in modules)
        {
            var depends = await ExternalProgram.RunAsync("modinfo", ["-F", "depends", module], token: token);
            needs.UnionWith(depends.Text.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }

        needs.ExceptWith(modules.Select(module => ModuleName.OfFile(module)));
        return [.. needs];
    }

    private async Task MakeAsync(string target, string release, CancellationToken token)
    {
        var archives = Path.Combine(workDirectory, "archives");
        try
        {
            Directory.CreateDirectory(archives);
            foreach ((var index, var driver) in drivers.Index())
            {
                await SourceArchive.FetchAsync(driver, Path.Combine(archives, $"{index:00}.archive"), token);
            }

            await File.WriteAllTextAsync(Path.Combine(archives, "build"), Script, token);
            await ExternalProgram.RunAsync("mmdebstrap", Arguments(archives, target, release), new ExternalProgramOptions { Timeout = s_limit }, token);
        }
        finally
        {
            Directory.Delete(archives, recursive: true);
        }
    }

    private string[] Arguments(string archives, string target, string release) =>
    [
        "--variant=minbase", "--architectures=amd64", "--format=null", $"--components={string.Join(',', source.Components)}",
        $"--include=linux-headers-{release},make,xz-utils",
        $"--customize-hook=mkdir \"$1{Place}\"",
        $"--customize-hook=copy-in {PackageDownload.Quote(archives)} {Place}",
        $"--customize-hook=unshare --net chroot \"$1\" sh {Place}/archives/build {release}",
        $"--customize-hook=copy-out {Place}/out {PackageDownload.Quote(target)}",
        source.Suite, "-", .. source.MirrorArguments,
    ];
}
