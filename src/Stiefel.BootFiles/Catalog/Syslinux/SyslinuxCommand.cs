namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>A command as it could be typed at the `boot:` prompt, with its label resolved.</summary>
/// <param name="Label">The label that was resolved; null if the command itself names a kernel.</param>
/// <param name="Kernel">The file that it starts.</param>
/// <param name="Arguments">All arguments, including `initrd=`.</param>
internal sealed record SyslinuxCommand(SyslinuxLabel? Label, string Kernel, string Arguments)
{
    private static readonly string[] s_menus = ["menu.c32", "vesamenu.c32"];

    /// <summary>The name for people.</summary>
    public string Title => Label is null ? Kernel : Label.Title.Length > 0 ? Label.Title : Label.Name;

    /// <summary>The program that it starts in place of a kernel; null if it starts a kernel.</summary>
    public string? OtherProgram
        => Label is { Kind: not "kernel" and not "linux" and var kind } ? $"{kind} {Kernel}".Trim()
            : Kernel.EndsWith(".c32", StringComparison.OrdinalIgnoreCase) ? Kernel
            : null;

    /// <summary>The configuration file that it switches to, and the directory from which paths count then; null if it switches to none.</summary>
    public (string File, string? Directory)? Configuration
        => Label is { Kind: "config" } && Kernel.Length > 0 ? (Kernel, Arguments is { Length: > 0 } directory ? FirstWord(directory) : null)
            : IsMenu && FirstWord(Arguments) is { Length: > 0 } file and not "~" ? (file, null)
            : null;

    /// <summary>True if it shows a menu; if it names no configuration, the menu is that of the present one.</summary>
    public bool IsMenu => (Label is null or { Kind: "kernel" or "com32" }) && s_menus.Contains(Path.GetFileName(Kernel), StringComparer.OrdinalIgnoreCase);

    /// <summary>The part before the first blank.</summary>
    public static string FirstWord(string text) => text.Split([' ', '\t'], 2)[0];
}
