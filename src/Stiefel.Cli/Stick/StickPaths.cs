namespace Stiefel.Cli.Stick;

/// <summary>Where the files lie: upper-case names of at most eight characters and three, which no firmware and no loader reads in another way.</summary>
/// <param name="Directory">What is ours.</param>
/// <param name="LoaderDirectory">Where the programs of UEFI lie.</param>
/// <param name="FirstProgram">What the firmware starts there.</param>
internal sealed record StickPaths(string Directory, string LoaderDirectory, string FirstProgram)
{
    /// <summary>A stick, all of which is ours. Firmware starts EFI/BOOT/BOOTX64.EFI by itself (UEFI specification, 3.5.1.1).</summary>
    public static StickPaths OwnStick { get; } = new("STIEFEL", "EFI/BOOT", "BOOTX64.EFI");

    /// <summary>A partition that others use as well: a directory of ours, and what the firmware starts by itself stays theirs.</summary>
    public static StickPaths SharedPartition { get; } = new("EFI/STIEFELC", "EFI/STIEFELC", "SHIMX64.EFI");

    public string Kernel => $"{Directory}/VMLINUZ";
    public string Initrd => $"{Directory}/INITRD.IMG";

    /// <summary>The archive with the key, a file of its own: a stick that is written anew keeps it.</summary>
    public string Key => $"{Directory}/KEY.IMG";

    public string Manifest => $"{Directory}/MANIFEST.JSN";
    public string Program(string name) => $"{LoaderDirectory}/{name}";
}
