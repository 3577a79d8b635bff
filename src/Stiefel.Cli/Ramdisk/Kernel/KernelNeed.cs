namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>Something without which a ramdisk upon this kernel would not do its work.</summary>
/// <param name="Name">A module, or an option of the kernel's configuration: `squashfs`, `CONFIG_KEXEC_FILE`.</param>
/// <param name="Why">What for.</param>
internal sealed record KernelNeed(string Name, string Why)
{
    /// <summary>It is an option, and no module.</summary>
    public bool IsOption => Name.StartsWith("CONFIG_", StringComparison.Ordinal);

    /// <summary>Without it another kernel is taken; else it is only told.</summary>
    public bool IsEssential { get; init; } = true;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Why})";
}
