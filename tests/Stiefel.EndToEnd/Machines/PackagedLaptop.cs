using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.EndToEnd.Packages;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>An ordinary Debian laptop on which the package is installed and set up, all from one stick.</summary>
internal static class PackagedLaptop
{
    /// <summary>Where the stick is mounted.</summary>
    public const string Stick = "/mnt";

    /// <summary>What a program in the ramdisk says that the configuration adds to it.</summary>
    public const string Hello = "an added program runs";

    /// <summary>Mounts the stick read-only, unless it is mounted; a desktop has its own stick besides.</summary>
    public const string Mount = $"until mountpoint -q {Stick} || mount -t ext4 -o ro /dev/sda {Stick} || mount -t ext4 -o ro /dev/sdb {Stick}; do sleep 0.2; done 2>/dev/null";

    // What the package depends on and the laptop's Debian does not have.
    private static readonly string[] s_dependencies = ["squashfs-tools", "xz-utils"];

    /// <summary>Makes a stick with the packages, a key and a configuration.</summary>
    /// <param name="run">The run.</param>
    /// <param name="keyFile">The key.</param>
    /// <param name="addAsync">Adds more to the stick's directory.</param>
    /// <param name="token">Ends it.</param>
    public static Task<VirtualDisk> MakeStickAsync(MachineRun run, string keyFile, Func<string, Task> addAsync, CancellationToken token) => HandInDisk.MakeAsync(
        run,
        async directory =>
        {
            await FillAsync(directory, keyFile, token);
            await addAsync(directory);
        },
        token);

    /// <summary>Installs the package and sets the laptop up; `autokexec` listens then.</summary>
    /// <param name="own">The shell in the laptop's own system.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="entry">A command that fails if there is no boot entry.</param>
    /// <param name="keys">How many keys it has then: that on the stick, and that of a boot entry.</param>
    public static async Task SetUpAsync(ConsoleShell own, CancellationToken token, string entry = "grep 'id stiefel' /boot/grub/custom.cfg", int keys = 2)
    {
        await own.RunAsync($"{Mount}; install -d -m 700 /etc/stiefel/keys && install -m 600 {Stick}/stick.key /etc/stiefel/keys/ && install -m 644 {Stick}/config.yaml /etc/stiefel/", token);
        await own.RunAsync($"printf '#!/bin/sh\\necho {Hello}\\n' >/etc/stiefel/hello && chmod 755 /etc/stiefel/hello", token);
        await InstallAsync(own, [.. s_dependencies.Select(name => $"{name}_*.deb"), "stiefel.deb"], token);
        await own.RunAsync("stiefel setup-server-os --yes >/root/set-up.txt 2>&1 || { cat /root/set-up.txt; false; }", token, TimeLimits.Seconds(300));
        await own.RunAsync("grep 'of this laptop has what the ramdisk needs' /root/set-up.txt", token);
        await own.RunAsync($"{entry} || {{ cat /root/set-up.txt; false; }}", token);
        await own.RunAsync("grep -q 'disk: PTUUID=' /etc/stiefel/config.yaml && systemctl is-enabled stiefel-autokexec", token);
        await own.RunAsync($"until journalctl -u stiefel-autokexec --no-pager | grep -qE 'listening for calls with {keys} keys?'; do sleep 1; done", token);
    }

    /// <summary>Installs packages from the stick.</summary>
    public static Task<string> InstallAsync(ConsoleShell shell, IEnumerable<string> files, CancellationToken token) => shell.RunAsync(
        $"DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io -i {string.Join(' ', files.Select(file => $"{Stick}/{file}"))} >/root/dpkg.txt 2>&1 || {{ tail -n 30 /root/dpkg.txt; false; }}", token, TimeLimits.Seconds(600));

    private static async Task FillAsync(string directory, string keyFile, CancellationToken token)
    {
        BuiltPackage.MakeForTrial(Path.Combine(directory, "stiefel.deb"));
        var kept = await new BuildCache().GetAsync("laptop-packages", [.. s_dependencies, "2"], place => FetchAsync(place, token));
        await ExternalProgram.RunAsync("cp", ["-r", kept + "/.", directory], token: token);
        File.Copy(keyFile, Path.Combine(directory, "stick.key"));
        await File.WriteAllTextAsync(Path.Combine(directory, "config.yaml"), $"""
            autokexec:
              grace: 5
            initrd:
              include-files: [/etc/stiefel/hello:/etc/stiefel/start.d/hello]
              packing:
                compressor: zstd -1
            server-setup:
              cmdline: ["stiefel.Return.DelaySeconds=1", {string.Join(", ", MachineRun.KernelArguments.Split(' ').Select(argument => $"\"{argument}\""))}]
            """, token);
    }

    private static async Task FetchAsync(string place, CancellationToken token)
    {
        var all = Directory.CreateDirectory(Path.Combine(place, "all")).FullName;
        await PackageDownload.FetchAsync(new DebianSource("debian", "bookworm", null, ["main"], "none"), s_dependencies, all, token);
        foreach (var package in s_dependencies.SelectMany(name => Directory.GetFiles(all, $"{name}_*.deb")))
        {
            File.Move(package, Path.Combine(place, Path.GetFileName(package)));
        }

        Directory.Delete(all, recursive: true);
    }
}
