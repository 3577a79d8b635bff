using Stiefel.Machines.Disks;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Machines;

/// <summary>What `stiefel demo` was asked for.</summary>
internal sealed record DemoOptions
{
    /// <summary>Where the phases go as JSON; null for nowhere.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Where images and logs go; null for a new directory.</summary>
    public string? WorkDirectory { get; init; }

    /// <summary>Leaves the work directory there.</summary>
    public bool Keep { get; init; }

    /// <summary>How the desktop starts.</summary>
    public DesktopStart Firmware { get; init; }

    /// <summary>What made the initramfs of the laptop's own system.</summary>
    public InitramfsMaker Payload { get; init; }

    /// <summary>A directory with a ramdisk made before; null makes one.</summary>
    public string? Artifacts { get; init; }

    /// <summary>QEMU's -accel; null for emulation.</summary>
    public string? Accelerator { get; init; }
}
