namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>What would be typed at the `boot:` prompt, with a label's meaning put in.</summary>
/// <param name="Label">The label it came of; null if the command itself names a kernel.</param>
/// <param name="Kernel">The file.</param>
/// <param name="Arguments">All of them, `initrd=` included.</param>
internal sealed record SyslinuxCommand(SyslinuxLabel? Label, string Kernel, string Arguments)
{
    private static readonly string[] s_menus = ["menu.c32", "vesamenu.c32"];

    /// <summary>What to call it.</summary>
    public string Title => Label is null ? Kernel : Label.Title.Length > 0 ? Label.Title : Label.Name;

    /// <summary>The program of the loader's own that it runs instead of a kernel; null if it is a kernel.</summary>
    public string? OtherProgram
        => Label is { Kind: not "kernel" and not "linux" and var kind } ? $"{kind} {Kernel}".Trim()
            : Kernel.EndsWith(".c32", StringComparison.OrdinalIgnoreCase) ? Kernel
            : null;

    /// <summary>The configuration that takes over, and the directory that paths count from then; null if it is none.</summary>
    public (string File, string? Directory)? Configuration
        => Label is { Kind: "config" } && Kernel.Length > 0 ? (Kernel, Arguments is { Length: > 0 } directory ? FirstWord(directory) : null)
            : IsMenu && FirstWord(Arguments) is { Length: > 0 } file and not "~" ? (file, null)
            : null;

    /// <summary>It shows a menu: that of this configuration if no other is named.</summary>
    public bool IsMenu => (Label is null or { Kind: "kernel" or "com32" }) && s_menus.Contains(Path.GetFileName(Kernel), StringComparer.OrdinalIgnoreCase);

    /// <summary>What stands before the first blank.</summary>
    public static string FirstWord(string text) => text.Split([' ', '\t'], 2)[0];
}
