namespace Stiefel.Machines.Scenarios;

/// <summary>How the desktop loads the client ramdisk.</summary>
public enum DesktopStart
{
    /// <summary>QEMU loads it directly, which is fastest.</summary>
    Direct,

    /// <summary>From a USB stick, with BIOS.</summary>
    Bios,

    /// <summary>From a USB stick, with UEFI.</summary>
    Uefi,
}
