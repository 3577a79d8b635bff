using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Machines;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.EndToEnd.Encrypted;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

[assembly: AssemblyFixture(typeof(Stiefel.EndToEnd.Machines.MachineParts))]

namespace Stiefel.EndToEnd.Machines;

/// <summary>The parts that all tests with machines share: one ramdisk, which is made when first needed, and the cached laptop disks.</summary>
public sealed class MachineParts : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-end-to-end-").FullName;
    private readonly Lazy<Task<RamdiskParts>> _ramdisk;
    private readonly BuildCache _cache = new();

    private readonly Lazy<Task<StationMaker>> _stations;

    public MachineParts()
    {
        _ramdisk = new Lazy<Task<RamdiskParts>>(BuildRamdiskAsync);
        _stations = new Lazy<Task<StationMaker>>(async () => new StationMaker(
            Path.Combine("/var/tmp", $"stiefel-stations-{Environment.ProcessId}"), await _ramdisk.Value, await DiskAsync(InitramfsMaker.InitramfsTools), NewKey("stick")));
    }

    /// <summary>Plays a scenario in a run of its own, which is removed afterwards; a failure shows the last lines of the machines' consoles.</summary>
    internal async Task PlayAsync(string name, Func<MachineRun, Task> playAsync)
    {
        var run = await BeginAsync(name);
        try
        {
            await RunAsync(run, async () =>
            {
                await playAsync(run);
                return true;
            });
        }
        finally
        {
            await CloseAsync(run);
        }
    }

    /// <summary>Plays a scenario with a laptop that serves already, started from a saved station, with a shell in its ramdisk.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="playAsync">The scenario.</param>
    /// <param name="lookAsync">Checks the laptop's disk when all machines are off, after it was found clean. Null if no desktop had the disk.</param>
    /// <param name="beeper">The name of a file in the run's directory that records the laptop's beeper; null for none.</param>
    internal Task PlayServingAsync(string name, Func<MachineRun, Laptop, Task> playAsync, Func<DiskImage, Task>? lookAsync = null, string? beeper = null) => PlayAsync(name, async run =>
    {
        var stations = await StationsAsync();
        var file = beeper is null ? null : Path.Combine(run.WorkDirectory, beeper);
        await using var laptop = await stations.TakeUpServingAsync(run, TestContext.Current.CancellationToken, file);
        await playAsync(run, laptop);
        await LookAsync(run, laptop, lookAsync);
    });

    /// <summary>Plays a scenario with a laptop and a desktop that has booted from it, started from a saved station.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="playAsync">The scenario, with both machines.</param>
    /// <param name="lookAsync">Checks the laptop's disk when all machines are off, after it was found clean.</param>
    /// <param name="recording">The name of a file in the run's directory that records the cable; null for none.</param>
    /// <param name="endsHard">True if a machine is not shut down cleanly: the disk's journal is replayed before the check, and a laptop that is reset serves again at once.</param>
    internal Task PlayPayloadAsync(
        string name, Func<MachineRun, RunningPayload, Task> playAsync, Func<DiskImage, Task>? lookAsync = null, string? recording = null, bool endsHard = false) => PlayAsync(name, async run =>
    {
        var stations = await StationsAsync();
        var afterReset = endsHard ? await Laptop.RamdiskAsync(run, stations.KeyFile, TestContext.Current.CancellationToken) : null;
        var file = recording is null ? null : Path.Combine(run.WorkDirectory, recording);
        await using var payload = await stations.TakeUpPayloadAsync(run, TestContext.Current.CancellationToken, file, afterReset);
        await playAsync(run, payload);
        await payload.Desktop.DisposeAsync();
        await LookAsync(run, payload.Laptop, lookAsync ?? (_ => Task.CompletedTask), endsHard);
    });

    /// <summary>
    /// Plays a scenario at the prompt of a desktop that has booted from a laptop with this disk, whose ramdisk serves from its start; checks in the end that no request
    /// has failed and that the disk needs no repair.
    /// </summary>
    internal Task PlayBootedAsync(string name, LaptopDisk disk, Func<ConsoleShell, Task> playAsync) => PlayAsync(name, async run =>
    {
        var token = TestContext.Current.CancellationToken;
        var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), token);
        var key = NewKey("stick");
        await using (await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image.Path)], key, token))
        {
            await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, token);
            var shell = await desktop.LogInAsync(token);
            await playAsync(shell);
            await PayloadChecks.NoDiskErrorAsync(shell, token);
            await desktop.PowerOffAsync(shell, token);
        }

        await DiskChecks.CleanAsync(image, disk.RootPartition, token);
    });

    private async Task LookAsync(MachineRun run, Laptop laptop, Func<DiskImage, Task>? lookAsync, bool endedHard = false)
    {
        if (lookAsync is null)
        {
            return;
        }

        var token = TestContext.Current.CancellationToken;
        await laptop.DisposeAsync();
        var disk = await KeptImage.ReadAsync(laptop.Machine.Options.Disks[0].Path, Path.Combine(run.WorkDirectory, "after.img"), token);
        var root = (await StationsAsync()).Disk.RootPartition;
        if (endedHard)
        {
            await disk.ReplayJournalAsync(root, token);
        }

        await DiskChecks.CleanAsync(disk, root, token);
        await lookAsync(disk);
    }

    /// <summary>Begins a run. <see cref="CloseAsync"/> removes its images; its logs stay until the next run.</summary>
    internal async Task<MachineRun> BeginAsync(string name)
    {
        // Do not use /tmp, which may be in memory: each copy of a disk takes a gigabyte.
        var work = Path.Combine("/var/tmp", $"stiefel-{name}-{Environment.ProcessId}");
        var logs = Path.Combine(AppContext.BaseDirectory, "logs", name);
        if (Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }

        return new MachineRun(work, logs, await _ramdisk.Value);
    }

    internal Task<LaptopDisk> DiskAsync(InitramfsMaker initrd, BootLayout layout = BootLayout.InRoot) => LaptopDisk.GetAsync(_cache, initrd, layout, Say, TestContext.Current.CancellationToken);

    /// <summary>Makes the disk of a laptop with Debian 13; only a long test uses it.</summary>
    internal async Task<LaptopDisk> TrixieDiskAsync(InitramfsMaker initrd, BootLayout layout) => await LaptopDisk.GetAsync(
        _cache, await DebianTree.GetAsync(_cache, initrd, [], "", Say, TestContext.Current.CancellationToken, DebianTree.Trixie), layout, Say, TestContext.Current.CancellationToken);

    /// <summary>Makes the disk of a laptop whose system runs sysvinit; only a long test uses it.</summary>
    internal async Task<LaptopDisk> SysvinitDiskAsync() => await LaptopDisk.GetAsync(
        _cache, await DebianTree.GetWithSysvinitAsync(_cache, Say, TestContext.Current.CancellationToken), BootLayout.InRoot, Say, TestContext.Current.CancellationToken);

    /// <summary>Makes the disk of a laptop with several network managers, none of them enabled.</summary>
    internal async Task<LaptopDisk> NetworkManagersDiskAsync() => await LaptopDisk.GetAsync(
        _cache,
        await DebianTree.GetAsync(_cache, InitramfsMaker.InitramfsTools, ["network-manager", "connman", "nftables", "curl"], "\nchroot \"$1\" systemctl disable NetworkManager connman\n", Say, TestContext.Current.CancellationToken),
        BootLayout.InRoot, Say, TestContext.Current.CancellationToken);

    /// <summary>Makes the disk of a laptop with nbd-client and nbd-server, for comparison; only a long test uses it.</summary>
    internal async Task<LaptopDisk> PeersDiskAsync() => await LaptopDisk.GetAsync(
        _cache, await DebianTree.GetAsync(_cache, InitramfsMaker.InitramfsTools, ["nbd-client", "nbd-server"], "\nchroot \"$1\" systemctl disable nbd-server\n", Say, TestContext.Current.CancellationToken),
        BootLayout.InRoot, Say, TestContext.Current.CancellationToken);

    /// <summary>Makes the disk of a laptop with Debian's GRUB for UEFI, and with an initramfs for the machine that it is made on; only a long test uses it.</summary>
    internal async Task<LaptopDisk> UefiDiskAsync() => await LaptopDisk.GetAsync(
        _cache,
        await DebianTree.GetAsync(
            _cache, InitramfsMaker.InitramfsTools, ["grub-efi-amd64", "grub-efi-amd64-signed", "shim-signed", "efibootmgr"],
            $"\nsed -i 's/^MODULES=.*/MODULES=dep/' \"$1/etc/initramfs-tools/initramfs.conf\"\nsed -i 's/console=ttyS0,115200/& {QemuCommandLine.SureTimer}/' \"$1/etc/default/grub\"\n", Say, TestContext.Current.CancellationToken),
        BootLayout.LargeEfi, Say, TestContext.Current.CancellationToken);

    /// <summary>Makes the disk of a computer with a Debian of its own; only long tests use it.</summary>
    internal Task<string> RunningDebianDiskAsync() => RunningDebian.GetAsync(_cache, Say, TestContext.Current.CancellationToken);

    /// <summary>The saved stations: machines kept at the moments of a boot with which most scenarios begin.</summary>
    internal Task<StationMaker> StationsAsync() => _stations.Value;

    /// <summary>Returns disks with a boot partition in LUKS, LVM and RAID, made by a virtual machine.</summary>
    internal Task<EncryptedDisks> EncryptedDisksAsync() => EncryptedDisks.GetAsync(_cache, WrappedBoot.Files, Say, TestContext.Current.CancellationToken);

    /// <summary>Returns a disk with LVM in LUKS and dracut; only a long test uses it.</summary>
    internal Task<EncryptedLaptop> DracutLvmInLuksAsync() => EncryptedDisks.GetDracutLvmInLuksAsync(_cache, WrappedBoot.Files, Say, TestContext.Current.CancellationToken);

    internal string NewKey(string name) => new KeyDirectory(Path.Combine(_directory, Guid.NewGuid().ToString("N"))).Create(name);

    /// <summary>Runs a scenario; a failure shows the last lines of the machines' consoles.</summary>
    internal static async Task<T> RunAsync<T>(MachineRun run, Func<Task<T>> play)
    {
        try
        {
            return await play();
        }
        catch (MachineException error)
        {
            throw new Xunit.Sdk.XunitException($"{error.Message}\n{run.DescribeConsoles()}\nlogs: {run.LogDirectory}", error);
        }
    }

    /// <summary>Writes the time line beside the logs and removes the images.</summary>
    internal static async Task CloseAsync(MachineRun run)
    {
        await File.WriteAllTextAsync(Path.Combine(run.LogDirectory, "timeline.txt"), run.Timeline.ToString(), CancellationToken.None);
        run.Dispose();
        Directory.Delete(run.WorkDirectory, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stations is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            _stations.Value.Result.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static void Say(string text) => TestContext.Current.SendDiagnosticMessage(text);

    private async Task<RamdiskParts> BuildRamdiskAsync()
    {
        var request = new RamdiskRequest { Configuration = new StiefelConfiguration(), Output = Path.Combine(_directory, "ramdisk") };
        return MachineRamdisk.Of(await new RamdiskBuilder(request, new StepLog(TextWriter.Null)).BuildAsync(TestContext.Current.CancellationToken));
    }
}
