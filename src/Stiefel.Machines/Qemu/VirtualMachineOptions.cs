using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Qemu;

/// <summary>The configuration of a virtual machine.</summary>
public sealed record VirtualMachineOptions
{
    /// <summary>The machine's name, one word, for messages and file names.</summary>
    public required string Name { get; init; }

    /// <summary>How the machine starts.</summary>
    public required Startup Startup { get; init; }

    /// <summary>The disks, in the order in which the firmware tries them.</summary>
    public IReadOnlyList<VirtualDisk> Disks { get; init; } = [];

    /// <summary>The only network adapter; null for none.</summary>
    public CableEnd? Cable { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int Memory { get; init; } = 1024;

    /// <summary>Number of virtual processors.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>QEMU's -accel option. The default is emulation, because it works everywhere, even inside virtual machines.</summary>
    public string Accelerator { get; init; } = QemuCommandLine.UsualAccelerator;

    /// <summary>True if a reset ends the machine instead of restarting it.</summary>
    public bool EndOnReset { get; init; }

    /// <summary>An empty qcow2 image for <see cref="VirtualMachine.KeepAsync"/>, invisible to the machine; null if the machine is never saved.</summary>
    public string? StateFile { get; init; }

    /// <summary>Name of a saved state to load, which stays paused until <see cref="VirtualMachine.GoOnAsync"/>; null for a fresh start.</summary>
    public string? KeptAs { get; init; }

    /// <summary>True to use our own terminal as the serial console, for a person, without a monitor connection.</summary>
    public bool OnOurTerminal { get; init; }

    /// <summary>True to add a second serial port, ttyS1.</summary>
    public bool HasSecondSerial { get; init; }

    /// <summary>A WAV file that records the beeper, without the silence in between; null for no recording.</summary>
    public string? BeeperRecording { get; init; }

    /// <summary>The directory for `NAME.console.log` and `NAME.qemu.log`.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>The directory for sockets and firmware variables; its path must be short, see <see cref="CableEnd.SocketPath"/>.</summary>
    public required string RunDirectory { get; init; }
}
