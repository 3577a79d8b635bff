using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Machines;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.EndToEnd.Encrypted;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

[assembly: AssemblyFixture(typeof(Stiefel.EndToEnd.Machines.MachineParts))]

namespace Stiefel.EndToEnd.Machines;

/// <summary>What all tests with machines share: one ramdisk, made when the first one asks, and the cached laptop disks.</summary>
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

    /// <summary>Plays a run of its own on a run that is gone afterwards; a failure tells the ends of its machines' consoles.</summary>
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

    /// <summary>The same on a laptop that serves, of its station, with a shell in its ramdisk.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="playAsync">Plays with the laptop.</param>
    /// <param name="lookAsync">Looks at the laptop's disk when all machines are off; it is clean. Null for a disk that nobody had.</param>
    /// <param name="beeper">A file in the run's directory for what the laptop's beeper says; null for none.</param>
    internal Task PlayServingAsync(string name, Func<MachineRun, Laptop, Task> playAsync, Func<DiskImage, Task>? lookAsync = null, string? beeper = null) => PlayAsync(name, async run =>
    {
        var stations = await StationsAsync();
        var file = beeper is null ? null : Path.Combine(run.WorkDirectory, beeper);
        await using var laptop = await stations.TakeUpServingAsync(run, TestContext.Current.CancellationToken, file);
        await playAsync(run, laptop);
        await LookAsync(run, laptop, lookAsync);
    });

    /// <summary>The same with a desktop that has booted from that laptop.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="playAsync">Plays with both.</param>
    /// <param name="lookAsync">Looks at the laptop's disk when all machines are off; it is clean.</param>
    /// <param name="recording">A file in the run's directory for all that crosses the cable; null for none.</param>
    /// <param name="endsHard">A machine is not shut down: the journal is replayed first, and a laptop that is reset serves again at once.</param>
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

    /// <summary>Images in a directory that goes with <see cref="CloseAsync"/>, logs in one that stays until the next run.</summary>
    internal async Task<MachineRun> BeginAsync(string name)
    {
        // Not below /tmp, which may be memory: each copy of a disk takes a gigabyte.
        var work = Path.Combine("/var/tmp", $"stiefel-{name}-{Environment.ProcessId}");
        var logs = Path.Combine(AppContext.BaseDirectory, "logs", name);
        if (Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }

        return new MachineRun(work, logs, await _ramdisk.Value);
    }

    internal Task<LaptopDisk> DiskAsync(InitramfsMaker initrd, BootLayout layout = BootLayout.InRoot) => LaptopDisk.GetAsync(_cache, initrd, layout, Say, TestContext.Current.CancellationToken);

    /// <summary>The disk of a laptop whose system is run by sysvinit; only for a long test.</summary>
    internal async Task<LaptopDisk> SysvinitDiskAsync() => await LaptopDisk.GetAsync(
        _cache, await DebianTree.GetWithSysvinitAsync(_cache, Say, TestContext.Current.CancellationToken), BootLayout.InRoot, Say, TestContext.Current.CancellationToken);

    /// <summary>The disk of a laptop with network managers, none of which is enabled.</summary>
    internal async Task<LaptopDisk> NetworkManagersDiskAsync() => await LaptopDisk.GetAsync(
        _cache,
        await DebianTree.GetAsync(_cache, InitramfsMaker.InitramfsTools, ["network-manager", "connman", "nftables", "curl"], "\nchroot \"$1\" systemctl disable NetworkManager connman\n", Say, TestContext.Current.CancellationToken),
        BootLayout.InRoot, Say, TestContext.Current.CancellationToken);

    /// <summary>Machines kept at moments of the boot that most scenarios begin with.</summary>
    internal Task<StationMaker> StationsAsync() => _stations.Value;

    /// <summary>Disks with a boot partition in LUKS, LVM and RAID, made by a virtual machine.</summary>
    internal Task<EncryptedDisks> EncryptedDisksAsync() => EncryptedDisks.GetAsync(_cache, WrappedBoot.Files, Say, TestContext.Current.CancellationToken);

    /// <summary>A disk with LVM in LUKS and dracut; only for a long test.</summary>
    internal Task<EncryptedLaptop> DracutLvmInLuksAsync() => EncryptedDisks.GetDracutLvmInLuksAsync(_cache, WrappedBoot.Files, Say, TestContext.Current.CancellationToken);

    internal string NewKey(string name) => new KeyDirectory(Path.Combine(_directory, Guid.NewGuid().ToString("N"))).Create(name);

    /// <summary>Runs what needs machines; a failure tells the ends of their consoles.</summary>
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
