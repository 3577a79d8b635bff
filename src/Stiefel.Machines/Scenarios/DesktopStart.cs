namespace Stiefel.Machines.Scenarios;

/// <summary>How the desktop gets at the client ramdisk.</summary>
public enum DesktopStart
{
    /// <summary>QEMU loads it; the quickest.</summary>
    Direct,

    /// <summary>From a USB stick, by BIOS.</summary>
    Bios,

    /// <summary>From a USB stick, by UEFI.</summary>
    Uefi,
}
