namespace Stiefel.BootFiles.Catalog;

/// <summary>What the laptop would boot by itself: the answer of <see cref="BootCatalog"/>.</summary>
/// <param name="Title">What a person would call it; printable, one line.</param>
/// <param name="Kernel">The kernel image.</param>
/// <param name="Initrds">In loading order; may be empty.</param>
/// <param name="CommandLine">The kernel's arguments as the boot entry gives them, one line.</param>
/// <param name="KernelRelease">`uname -r` of the kernel; empty if it cannot be told.</param>
/// <param name="RootArgument">The value of the last `root=` argument (`UUID=…`, `/dev/sda2`); empty if there is none.</param>
public sealed record BootSpec(
    string Title,
    FileRegion Kernel,
    IReadOnlyList<FileRegion> Initrds,
    string CommandLine,
    string KernelRelease,
    string RootArgument)
{
    /// <summary>Where it was found: the path of the configuration file or image, for logs.</summary>
    public string Source { get; init; } = "";

    /// <summary>What decided that it is booted by itself; empty for all others.</summary>
    public string Decided { get; init; } = "";

    /// <summary>How its loader names it, with the loader's kind before it: the same in each start. Empty: it has no name.</summary>
    public string Id { get; init; } = "";

    /// <summary>Two entries that boot the same in the same way are one.</summary>
    internal string Identity => string.Join('\0', [CommandLine, .. Initrds.Prepend(Kernel).Select(region => $"{region.Path}@{region.Offset}")]);

    /// <summary>What its reader did that a person may want to know: an unknown variable that became empty.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
