using System.Text;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Phases;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>Things that the machines of one run share: clock and timeline, ramdisk, cable, and directories.</summary>
public sealed class MachineRun : IDisposable
{
    /// <summary>The address of the laptop's adapter.</summary>
    public const string LaptopMac = "52:54:00:5e:00:01";

    /// <summary>The laptop's link-local address on the cable, made from <see cref="LaptopMac"/> (RFC 4291 appendix A).</summary>
    public const string LaptopAddress = "fe80::5054:ff:fe5e:1";

    /// <summary>The address of the desktop's adapter.</summary>
    public const string DesktopMac = "52:54:00:5e:00:02";

    /// <summary>Kernel arguments of every ramdisk in a run.</summary>
    /// <remarks>loglevel 6 shows the kernel's banner but not the hundreds of lines that would take seconds on a serial port.</remarks>
    public const string KernelArguments = $"console=ttyS0,115200 loglevel=6 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer}";

    // An emulated boot with two processors takes a third more of the host's time and ends no sooner. Machines of stations boot once and are used often.
    private const int StationProcessors = 2;

    /// <summary>The address of the second desktop's adapter.</summary>
    public const string SecondDesktopMac = "52:54:00:5e:00:03";

    private const int TailLines = 25;

    private readonly RunDirectory _run = new();

    private readonly List<(string Machine, SerialConsole Console)> _consoles = [];

    /// <param name="workDirectory">The directory for disk images; must not exist, or be empty.</param>
    /// <param name="logDirectory">The directory for the logs of all consoles and of QEMU.</param>
    /// <param name="ramdisk">The ramdisk of both machines.</param>
    public MachineRun(string workDirectory, string logDirectory, RamdiskParts ramdisk)
    {
        // Make the directory private, because images contain keys and a whole disk.
        Directory.CreateDirectory(workDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(logDirectory);
        (WorkDirectory, LogDirectory, Ramdisk) = (workDirectory, logDirectory, ramdisk);
        Timeline = new Timeline(Clock);
    }

    public RunClock Clock { get; } = new();

    public Timeline Timeline { get; }

    public RamdiskParts Ramdisk { get; }

    public string WorkDirectory { get; }

    public string LogDirectory { get; }

    /// <summary>QEMU's -accel option.</summary>
    public string Accelerator { get; init; } = QemuCommandLine.UsualAccelerator;

    /// <summary>True if the machines can be saved as a station; every writable disk must be a qcow2 image then.</summary>
    public bool IsKept { get; init; }

    /// <summary>The laptop's end of the cable.</summary>
    public CableEnd LaptopEnd => new(Path.Combine(_run.Path, "cable"), Listens: true, LaptopMac) { MoreSockets = [SecondCable] };

    /// <summary>The desktop's end of the cable.</summary>
    public CableEnd DesktopEnd => new(Path.Combine(_run.Path, "cable"), Listens: false, DesktopMac);

    /// <summary>The second desktop's end of another cable to the laptop.</summary>
    public CableEnd SecondDesktopEnd => new(SecondCable, Listens: false, SecondDesktopMac);

    private string SecondCable => Path.Combine(_run.Path, "cable-2");

    /// <summary>Starts a machine and marks it in the timeline.</summary>
    public async Task<VirtualMachine> StartAsync(
        string name, Startup startup, IReadOnlyList<VirtualDisk> disks, CableEnd cable, CancellationToken token, bool hasSecondSerial = false, bool endsOnReset = true)
    {
        Timeline.Mark(name, "power on");
        return await StartAsync(new VirtualMachineOptions
        {
            Name = name,
            Startup = startup,
            Disks = disks,
            Cable = cable,
            Accelerator = Accelerator,
            Processors = IsKept ? StationProcessors : 1,
            EndOnReset = endsOnReset,
            HasSecondSerial = hasSecondSerial,
            LogDirectory = LogDirectory,
            StateFile = IsKept ? await KeptImage.CreateEmptyAsync(Path.Combine(WorkDirectory, name + ".state.qcow2"), token) : null,
            RunDirectory = _run.Path,
        }, token);
    }

    /// <summary>Loads a machine of a station into this run; it stays paused until it is told to go on.</summary>
    internal Task<VirtualMachine> TakeUpAsync(VirtualMachineOptions kept, CancellationToken token)
    {
        Timeline.Mark(kept.Name, "taken up");
        return StartAsync(kept with
        {
            Cable = kept.Cable is { } cable ? InRun(cable) : null,
            LogDirectory = LogDirectory,
            RunDirectory = _run.Path,
        }, token);
    }

    private CableEnd InRun(CableEnd cable) => cable with
    {
        SocketPath = InRun(cable.SocketPath), MoreSockets = [.. cable.MoreSockets.Select(InRun)], Others = [.. cable.Others.Select(InRun)],
    };

    private string InRun(string socket) => Path.Combine(_run.Path, Path.GetFileName(socket));

    private async Task<VirtualMachine> StartAsync(VirtualMachineOptions options, CancellationToken token)
    {
        var machine = await VirtualMachine.StartAsync(options, Clock, Timeline.Watch(options.Name), token);
        _consoles.Add((options.Name, machine.Console));
        return machine;
    }

    /// <summary>The last lines of every console, including those of ended machines, to show after a failure.</summary>
    public string DescribeConsoles()
    {
        var text = new StringBuilder();
        foreach ((var machine, var console) in _consoles)
        {
            text.Append($"--- last lines of the {machine}'s console\n");
            text.AppendJoin('\n', console.Tail.TakeLast(TailLines)).Append('\n');
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();
}
