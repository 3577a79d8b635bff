using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Containers;

/// <summary>
/// Tries a ramdisk without a virtual machine, in seconds: its files are examined, and its programs serve and boot in two containers with a cable between
/// them. The kernel is this machine's, so drivers and /init itself are not tried (`stiefel test-qemu` does that).
/// </summary>
internal sealed class RamdiskTrial(RamdiskImage image, UnpackedRamdisk ramdisk, IReadOnlyList<KernelNeed> hardware)
{
    private const string StartDirectory = "etc/stiefel/start.d";

    private static readonly string[] s_starting =
    [
        "/usr/bin/stiefel-server", "/usr/bin/stiefel-client", "/usr/bin/xz", "/usr/bin/zstd",
        "/usr/sbin/blkid", "/usr/sbin/cryptsetup", "/usr/sbin/kexec", "/usr/sbin/mdadm", "/usr/sbin/modprobe",
    ];

    private static readonly string[] s_programs = ["usr/bin", "usr/sbin", "usr/lib/stiefel"];
    private static readonly string[] s_scripts = ["init", "usr/lib/stiefel/run-role", "usr/lib/stiefel/load-drivers", "usr/lib/stiefel/watch-devices"];
    private static readonly ExternalProgramOptions s_quick = new() { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Makes all checks, each also after one that failed.</summary>
    /// <param name="report">Called for each check at its end.</param>
    /// <param name="token">Ends the trial.</param>
    public async Task<IReadOnlyList<TrialCheck>> RunAsync(Action<TrialCheck> report, CancellationToken token)
    {
        using var cable = new ContainerCable();
        using var given = new TrialFiles();
        var laptop = new RamdiskContainer(ramdisk.Root, cable.Laptop, given.Laptop);
        var checks = new List<TrialCheck>();
        foreach ((var name, var checkAsync) in new (string, Func<Task<string>>)[]
        {
            ("no key, no password, no compiler", () => Task.FromResult(Lint())),
            ("each program's libraries", () => Task.FromResult(Libraries())),
            ("drivers of this machine's disk and network cards", () => Task.FromResult(Drivers())),
            ("scripts", () => ParseAsync(laptop, token)),
            ("programs start", () => StartAsync(laptop, token)),
            ("a desktop finds, downloads and verifies", () => new TrialBoot(laptop, new RamdiskContainer(ramdisk.Root, cable.Desktop, given.Desktop), given).RunAsync(image, token)),
        })
        {
            checks.Add(await CheckAsync(name, checkAsync));
            report(checks[^1]);
        }

        return checks;
    }

    private static async Task<TrialCheck> CheckAsync(string name, Func<Task<string>> checkAsync)
    {
        try
        {
            return new TrialCheck(name, true, await checkAsync());
        }
        catch (FailedException error)
        {
            return new TrialCheck(name, false, error.Message);
        }
    }

    private string Lint()
    {
        var notes = RamdiskLint.Check(ramdisk.Root);
        return notes.Count == 0 ? "" : throw new FailedException(string.Join("; ", notes));
    }

    private string Libraries()
    {
        var files = DirectoryTree.Walk(ramdisk.Root).Where(path => s_programs.Contains(Path.GetDirectoryName(path)) && File.Exists(Path.Combine(ramdisk.Root, path))).ToList();
        new SharedLibraries(ramdisk.Root).Check(files);
        return $"{files.Count} programs";
    }

    private string Drivers()
    {
        var modules = Directory.EnumerateDirectories(Path.Combine(ramdisk.Root, "usr/lib/modules")).Single();
        var missing = KernelNeeds.MissingIn(modules, hardware).ToList();
        return missing.Count == 0 ? "" : throw new FailedException($"the ramdisk has no {string.Join(", no ", missing)}; name the drivers in initrd.include-modules, if this is the laptop that it is for");
    }

    private async Task<string> ParseAsync(RamdiskContainer container, CancellationToken token)
    {
        var own = Path.Combine(ramdisk.Root, StartDirectory);
        var added = Directory.Exists(own) ? Directory.GetFiles(own) : [];
        if (added.FirstOrDefault(file => !File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute)) is { } idle)
        {
            throw new FailedException($"/{StartDirectory}/{Path.GetFileName(idle)} is not executable, so /init will not start it");
        }

        foreach (var script in s_scripts)
        {
            await container.RunAsync(["/early/busybox", "sh", "-n", "/" + script], s_quick, token);
        }

        return added.Length == 0 ? "" : $"with {added.Length} of this laptop's own";
    }

    private static async Task<string> StartAsync(RamdiskContainer container, CancellationToken token)
    {
        foreach (var program in s_starting)
        {
            await container.RunAsync([program, "--version"], s_quick, token);
        }

        return "";
    }
}
