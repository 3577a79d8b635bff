namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>What the laptop's firmware starts from this disk, or has started: a boot loader, a unified image, a kernel with an EFI stub.</summary>
/// <param name="Entry">`Boot0003`.</param>
/// <param name="Description">What the firmware's menu calls it.</param>
/// <param name="PartUuid">The partition it is on.</param>
/// <param name="Path">From the top of that, with slashes.</param>
/// <param name="Arguments">What it is given; empty for most boot loaders.</param>
public sealed record FirmwareProgram(string Entry, string Description, string PartUuid, string Path, string Arguments)
{
    private const string SystemdDirectory = "EFI/systemd/";

    /// <summary>systemd-boot, also behind a shim, which lies in its directory then.</summary>
    public bool IsSystemdBoot => Path.StartsWith(SystemdDirectory, StringComparison.OrdinalIgnoreCase) || Name.StartsWith("systemd-boot", StringComparison.OrdinalIgnoreCase);

    /// <summary>GRUB, or the shim before it.</summary>
    public bool IsGrub => !IsSystemdBoot && (Name.StartsWith("grub", StringComparison.OrdinalIgnoreCase) || Name.StartsWith("shim", StringComparison.OrdinalIgnoreCase));

    /// <summary>The directory of EFI that it lies in; empty if it lies elsewhere.</summary>
    public string Vendor => Path.Split('/') is [var top, var vendor, _] && top.Equals("EFI", StringComparison.OrdinalIgnoreCase) ? vendor : "";

    private string Name => System.IO.Path.GetFileName(Path);
}
