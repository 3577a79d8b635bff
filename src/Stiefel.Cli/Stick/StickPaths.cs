namespace Stiefel.Cli.Stick;

/// <summary>Paths of the files on a stick. The names are 8.3 and upper-case, because all firmware and loaders read those alike.</summary>
/// <param name="Directory">Stiefel's own directory.</param>
/// <param name="LoaderDirectory">The directory of the UEFI programs.</param>
/// <param name="FirstProgram">The program in it that the firmware starts.</param>
internal sealed record StickPaths(string Directory, string LoaderDirectory, string FirstProgram)
{
    /// <summary>A stick for Stiefel alone. Firmware starts EFI/BOOT/BOOTX64.EFI by itself (UEFI specification, 3.5.1.1).</summary>
    public static StickPaths OwnStick { get; } = new("STIEFEL", "EFI/BOOT", "BOOTX64.EFI");

    /// <summary>A partition that is shared with others: Stiefel has one directory, and does not touch what the firmware starts by itself.</summary>
    public static StickPaths SharedPartition { get; } = new("EFI/STIEFELC", "EFI/STIEFELC", "SHIMX64.EFI");

    public string Kernel => $"{Directory}/VMLINUZ";
    public string Initrd => $"{Directory}/INITRD.IMG";

    /// <summary>The archive with the key. It is a separate file, so that it can be kept when the stick is written again.</summary>
    public string Key => $"{Directory}/KEY.IMG";

    public string Manifest => $"{Directory}/MANIFEST.JSN";
    public string Program(string name) => $"{LoaderDirectory}/{name}";
}
