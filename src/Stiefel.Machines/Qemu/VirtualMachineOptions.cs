using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Qemu;

/// <summary>What a virtual machine is made of.</summary>
public sealed record VirtualMachineOptions
{
    /// <summary>One word, for messages and file names.</summary>
    public required string Name { get; init; }

    /// <summary>How it starts.</summary>
    public required Startup Startup { get; init; }

    /// <summary>In the order in which firmware tries them.</summary>
    public IReadOnlyList<VirtualDisk> Disks { get; init; } = [];

    /// <summary>Its only network adapter, or none.</summary>
    public CableEnd? Cable { get; init; }

    /// <summary>MiB.</summary>
    public int Memory { get; init; } = 1024;

    /// <summary>Virtual processors.</summary>
    public int Processors { get; init; } = 2;

    /// <summary>QEMU's -accel. Emulation is the default because it works everywhere, also inside virtual machines.</summary>
    public string Accelerator { get; init; } = QemuCommandLine.UsualAccelerator;

    /// <summary>A reset ends the machine instead of starting it again.</summary>
    public bool EndOnReset { get; init; }

    /// <summary>An empty qcow2 image for <see cref="VirtualMachine.KeepAsync"/>, which the machine itself does not see; null if it is never kept.</summary>
    public string? StateFile { get; init; }

    /// <summary>It is taken up as it was kept under this name, and stands still until <see cref="VirtualMachine.GoOnAsync"/>; null for a start.</summary>
    public string? KeptAs { get; init; }

    /// <summary>The serial console is our own terminal, for a person; there is no monitor for us.</summary>
    public bool OnOurTerminal { get; init; }

    /// <summary>A second serial port: ttyS1.</summary>
    public bool HasSecondSerial { get; init; }

    /// <summary>A WAV file for what its beeper says, without the silence between; null for a machine whose beeper nobody hears.</summary>
    public string? BeeperRecording { get; init; }

    /// <summary>Where `NAME.console.log` and `NAME.qemu.log` go.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>Where sockets and firmware variables go; a short path, see <see cref="CableEnd.SocketPath"/>.</summary>
    public required string RunDirectory { get; init; }
}
