namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>Something that the ramdisk needs of its kernel.</summary>
/// <param name="Name">A module, or an option of the kernel's configuration: `squashfs`, `CONFIG_KEXEC_FILE`.</param>
/// <param name="Why">What it is needed for.</param>
internal sealed record KernelNeed(string Name, string Why)
{
    /// <summary>True for an option, false for a module.</summary>
    public bool IsOption => Name.StartsWith("CONFIG_", StringComparison.Ordinal);

    /// <summary>True if a kernel without it is not used; false if the user is only told.</summary>
    public bool IsEssential { get; init; } = true;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Why})";
}
