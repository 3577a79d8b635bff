namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The files and arguments that a script told GRUB to load.</summary>
/// <param name="Image">The kernel, or the EFI program that `chainloader` starts.</param>
/// <param name="CommandLine">The image's arguments.</param>
internal sealed record GrubBoot(GrubPath Image, string CommandLine)
{
    /// <summary>In loading order.</summary>
    public IReadOnlyList<GrubPath> Initrds { get; init; } = [];

    /// <summary>Variables in the arguments that were unset or empty.</summary>
    public IReadOnlyList<string> EmptyVariables { get; init; } = [];

    /// <summary>True if it is started by `chainloader`, which starts any EFI program.</summary>
    public bool IsChained { get; init; }
}
