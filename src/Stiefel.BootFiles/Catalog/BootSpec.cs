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

    /// <summary>What was found before it and could not be used, one line each, for logs.</summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];
}
