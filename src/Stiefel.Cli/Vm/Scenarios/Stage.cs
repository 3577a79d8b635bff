using Stiefel.Cli.Vm.Machines;
using Stiefel.Cli.Vm.Phases;

namespace Stiefel.Cli.Vm.Scenarios;

/// <summary>What the machines of one run share: the clock and timeline, the ramdisk, the cable, and where files go.</summary>
internal sealed class Stage : IDisposable
{
    private readonly RunDirectory _run = new();

    /// <param name="workDirectory">For disk images and logs; stays when the run is over.</param>
    /// <param name="ramdisk">Both machines' ramdisk.</param>
    public Stage(string workDirectory, StiefelRamdisk ramdisk)
    {
        WorkDirectory = workDirectory;
        LogDirectory = Path.Combine(workDirectory, "log");
        Directory.CreateDirectory(LogDirectory);
        Ramdisk = ramdisk;
        Timeline = new Timeline(Clock);
    }

    public RunClock Clock { get; } = new();

    public Timeline Timeline { get; }

    public StiefelRamdisk Ramdisk { get; }

    public string WorkDirectory { get; }

    /// <summary>Every console and every QEMU writes its log here.</summary>
    public string LogDirectory { get; }

    /// <summary>QEMU's -accel.</summary>
    public string Accelerator { get; init; } = "tcg,thread=multi";

    /// <summary>The console arguments of every kernel that is started here.</summary>
    /// <remarks>loglevel 6 shows a kernel's banner, and none of the hundreds of lines that would cost seconds on a serial port.</remarks>
    public const string ConsoleArguments = "console=ttyS0,115200 loglevel=6";

    /// <summary>The laptop's end of the cable.</summary>
    public CableEnd LaptopEnd => new(Path.Combine(_run.Path, "cable"), Listens: true, "52:54:00:5e:00:01");

    /// <summary>The desktop's end of the cable.</summary>
    public CableEnd DesktopEnd => new(Path.Combine(_run.Path, "cable"), Listens: false, "52:54:00:5e:00:02");

    /// <summary>Starts a machine and notes it in the timeline.</summary>
    public async Task<VirtualMachine> StartAsync(
        string name, Startup startup, IReadOnlyList<VirtualDisk> disks, CableEnd cable, CancellationToken token)
    {
        Timeline.Mark(name, "power on");
        var options = new VirtualMachineOptions
        {
            Name = name,
            Startup = startup,
            Disks = disks,
            Cable = cable,
            Accelerator = Accelerator,
            EndOnReset = true,
            LogDirectory = LogDirectory,
            RunDirectory = _run.Path,
        };
        return await VirtualMachine.StartAsync(options, Clock, Timeline.Watch(name), token);
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();
}
