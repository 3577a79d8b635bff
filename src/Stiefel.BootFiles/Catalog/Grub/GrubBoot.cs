namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>What GRUB was told to load.</summary>
/// <param name="Image">The kernel, or the EFI program that is started in its place.</param>
/// <param name="CommandLine">Its arguments.</param>
internal sealed record GrubBoot(GrubPath Image, string CommandLine)
{
    /// <summary>In loading order.</summary>
    public IReadOnlyList<GrubPath> Initrds { get; init; } = [];

    /// <summary>Variables in the arguments that gave nothing.</summary>
    public IReadOnlyList<string> EmptyVariables { get; init; } = [];

    /// <summary>True if it is started by `chainloader`, which takes any program.</summary>
    public bool IsChained { get; init; }
}
