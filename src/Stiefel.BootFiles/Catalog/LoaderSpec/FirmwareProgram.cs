namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>The program that the laptop's firmware starts, or has started, from this disk: a boot loader, a unified image, a kernel with an EFI stub.</summary>
/// <param name="Entry">The name of the firmware's variable, `Boot0003`.</param>
/// <param name="Description">The name in the firmware's menu.</param>
/// <param name="PartUuid">The UUID of the partition that holds the program.</param>
/// <param name="Path">The path from the top of that partition, with slashes.</param>
/// <param name="Arguments">The program's arguments; empty for most boot loaders.</param>
public sealed record FirmwareProgram(string Entry, string Description, string PartUuid, string Path, string Arguments)
{
    private const string SystemdDirectory = "EFI/systemd/";

    /// <summary>True for systemd-boot, also behind a shim, which then lies in systemd-boot's directory.</summary>
    public bool IsSystemdBoot => Path.StartsWith(SystemdDirectory, StringComparison.OrdinalIgnoreCase) || Name.StartsWith("systemd-boot", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for GRUB, or the shim that starts it.</summary>
    public bool IsGrub => !IsSystemdBoot && (Name.StartsWith("grub", StringComparison.OrdinalIgnoreCase) || Name.StartsWith("shim", StringComparison.OrdinalIgnoreCase));

    /// <summary>The program's directory below `EFI`; empty if it lies elsewhere.</summary>
    public string Vendor => Path.Split('/') is [var top, var vendor, _] && top.Equals("EFI", StringComparison.OrdinalIgnoreCase) ? vendor : "";

    private string Name => System.IO.Path.GetFileName(Path);
}
