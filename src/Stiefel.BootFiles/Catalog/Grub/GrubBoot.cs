namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>What the commands of a menu entry asked GRUB to load.</summary>
internal sealed record GrubBoot(string Kernel, string CommandLine)
{
    public List<string> Initrds { get; } = [];
}
