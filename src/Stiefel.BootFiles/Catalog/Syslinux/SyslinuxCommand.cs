namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>What would be typed at the `boot:` prompt, with a label's meaning put in.</summary>
/// <param name="Label">The label it came of; null if the command itself names a kernel.</param>
/// <param name="Kernel">The file.</param>
/// <param name="Arguments">All of them, `initrd=` included.</param>
internal sealed record SyslinuxCommand(SyslinuxLabel? Label, string Kernel, string Arguments)
{
    /// <summary>What to call it.</summary>
    public string Title => Label is null ? Kernel : Label.Title.Length > 0 ? Label.Title : Label.Name;

    /// <summary>The program of the loader's own that it runs instead of a kernel; null if it is a kernel.</summary>
    public string? OtherProgram
        => Label is { Kind: not "kernel" and not "linux" and var kind } ? $"{kind} {Kernel}".Trim()
            : Kernel.EndsWith(".c32", StringComparison.OrdinalIgnoreCase) ? Kernel
            : null;
}
