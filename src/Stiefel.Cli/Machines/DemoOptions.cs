using Stiefel.Machines.Disks;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Machines;

/// <summary>The options of `stiefel demo`.</summary>
internal sealed record DemoOptions
{
    /// <summary>File to write the phases to, as JSON; null for none.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Directory for images and logs; null for a new one.</summary>
    public string? WorkDirectory { get; init; }

    /// <summary>Keeps the work directory after the run.</summary>
    public bool Keep { get; init; }

    /// <summary>How the desktop starts.</summary>
    public DesktopStart Firmware { get; init; }

    /// <summary>What made the initramfs of the laptop's own system.</summary>
    public InitramfsMaker Payload { get; init; }

    /// <summary>A directory with a finished ramdisk; null builds one.</summary>
    public string? Artifacts { get; init; }

    /// <summary>QEMU's accelerator (-accel); null for emulation.</summary>
    public string? Accelerator { get; init; }
}
