using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.Cli.Vm;
using Stiefel.Cli.Vm.Disks;
using Stiefel.Cli.Vm.Scenarios;

[assembly: AssemblyFixture(typeof(Stiefel.EndToEnd.Machines.MachineParts))]

namespace Stiefel.EndToEnd.Machines;

/// <summary>What all tests with machines share: one ramdisk, made when the first one asks, and the cached laptop disks.</summary>
public sealed class MachineParts : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-end-to-end-").FullName;
    private readonly Lazy<Task<RamdiskImage>> _ramdisk;
    private readonly BuildCache _cache = new();

    public MachineParts() => _ramdisk = new Lazy<Task<RamdiskImage>>(BuildRamdiskAsync);

    /// <summary>Plays a run of its own on a stage that is gone afterwards; a failure tells the ends of its machines' consoles.</summary>
    internal async Task PlayAsync(string name, Func<Stage, Task> playAsync)
    {
        Stage stage = await StageAsync(name);
        try
        {
            await RunAsync(stage, async () =>
            {
                await playAsync(stage);
                return true;
            });
        }
        finally
        {
            await CloseAsync(stage);
        }
    }

    /// <summary>Images in a directory that goes with <see cref="CloseAsync"/>, logs in one that stays until the next run.</summary>
    internal async Task<Stage> StageAsync(string name)
    {
        // Not below /tmp, which may be memory: each copy of a disk takes a gigabyte.
        string work = Path.Combine("/var/tmp", $"stiefel-{name}-{Environment.ProcessId}");
        string logs = Path.Combine(AppContext.BaseDirectory, "logs", name);
        if (Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }

        return new Stage(work, logs, await _ramdisk.Value);
    }

    internal Task<LaptopDisk> DiskAsync(PayloadInitrd initrd, BootLayout layout = BootLayout.InRoot) => LaptopDisk.GetAsync(_cache, initrd, layout, Say, TestContext.Current.CancellationToken);

    /// <summary>Disks with a boot partition in LUKS, LVM and RAID, made by a virtual machine.</summary>
    internal Task<EncryptedDisks> EncryptedDisksAsync() => EncryptedDisks.GetAsync(_cache, WrappedBoot.Files, Say, TestContext.Current.CancellationToken);

    internal string NewKey(string name) => new KeyDirectory(Path.Combine(_directory, Guid.NewGuid().ToString("N"))).Create(name);

    /// <summary>Runs what needs machines; a failure tells the ends of their consoles.</summary>
    internal static async Task<T> RunAsync<T>(Stage stage, Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (MachineException error)
        {
            throw new Xunit.Sdk.XunitException($"{error.Message}\n{stage.DescribeConsoles()}\nlogs: {stage.LogDirectory}", error);
        }
    }

    /// <summary>Writes the time line beside the logs and removes the images.</summary>
    internal static async Task CloseAsync(Stage stage)
    {
        await File.WriteAllTextAsync(Path.Combine(stage.LogDirectory, "timeline.txt"), stage.Timeline.ToString(), CancellationToken.None);
        stage.Dispose();
        Directory.Delete(stage.WorkDirectory, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static void Say(string text) => TestContext.Current.SendDiagnosticMessage(text);

    private async Task<RamdiskImage> BuildRamdiskAsync()
    {
        var request = new RamdiskRequest { Configuration = new StiefelConfiguration(), Output = Path.Combine(_directory, "ramdisk") };
        return await new RamdiskBuilder(request, new StepLog(TextWriter.Null)).BuildAsync(TestContext.Current.CancellationToken);
    }
}
