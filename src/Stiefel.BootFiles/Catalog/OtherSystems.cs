namespace Stiefel.BootFiles.Catalog;

/// <summary>Recognises other systems on a disk by the names of their files. They are reported, but never offered for booting.</summary>
internal static class OtherSystems
{
    private static readonly (string Part, string Name)[] s_programs =
    [
        ("bootmgfw.efi", "Windows"), ("bootmgr", "Windows"), ("CoreServices/boot.efi", "macOS"), ("memtest", "memory test"),
        ("refind", "rEFInd"), ("grubx64.efi", "GRUB"), ("shimx64.efi", "another boot loader"), ("shellx64.efi", "UEFI shell"),
    ];

    private static readonly (string File, string Name)[] s_places =
    [
        ("EFI/Microsoft/Boot/bootmgfw.efi", "Windows"), ("System/Library/CoreServices/boot.efi", "macOS"), ("EFI/refind/refind_x64.efi", "rEFInd"),
    ];

    /// <summary>The system that this file starts; null if its name does not tell.</summary>
    public static string? NameOf(string path)
        => s_programs.FirstOrDefault(program => path.Contains(program.Part, StringComparison.OrdinalIgnoreCase)).Name;

    /// <summary>Reports systems whose files have fixed places.</summary>
    public static void Find(BootTree tree)
    {
        foreach ((var file, var name) in s_places)
        {
            if (tree.Has(file))
            {
                tree.Findings.FoundSystem(name, tree.Describe(file));
            }
        }
    }
}
