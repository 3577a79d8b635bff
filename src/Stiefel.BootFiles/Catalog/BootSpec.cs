namespace Stiefel.BootFiles.Catalog;

/// <summary>A boot entry with its files found and checked: one answer of <see cref="BootCatalog"/>.</summary>
/// <param name="Title">The entry's name for people; printable, one line.</param>
/// <param name="Kernel">The kernel image.</param>
/// <param name="Initrds">In loading order; may be empty.</param>
/// <param name="CommandLine">The kernel's arguments as the boot entry gives them, one line.</param>
/// <param name="KernelRelease">`uname -r` of the kernel; empty if unknown.</param>
/// <param name="RootArgument">The value of the last `root=` argument (`UUID=…`, `/dev/sda2`); empty if there is none.</param>
public sealed record BootSpec(
    string Title,
    FileRegion Kernel,
    IReadOnlyList<FileRegion> Initrds,
    string CommandLine,
    string KernelRelease,
    string RootArgument)
{
    /// <summary>The kernel's path as the entry writes it, perhaps a symbolic link: the loader tells the kernel this one (`BOOT_IMAGE`). Empty: unknown.</summary>
    internal string KernelName { get; init; } = "";

    /// <summary>The path of the configuration file or image that it was found in, for logs.</summary>
    public string Source { get; init; } = "";

    /// <summary>What made this the entry that is booted unasked; empty for all others.</summary>
    public string Decided { get; init; } = "";

    /// <summary>The loader's own name for the entry, prefixed by the loader's kind; it stays the same from boot to boot. Empty: it has no name.</summary>
    public string Id { get; init; } = "";

    /// <summary>Equal for two entries that boot the same files with the same arguments: only one of them is kept.</summary>
    internal string Identity => string.Join('\0', [CommandLine, .. Initrds.Prepend(Kernel).Select(region => $"{region.Path}@{region.Offset}")]);

    /// <summary>Assumptions of the reader that a person may want to know about: an unknown variable that became empty.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
