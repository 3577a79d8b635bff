using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Kernel;

namespace Stiefel.Cli.Ramdisk;

/// <summary>A request to build a ramdisk, with the options of `create-initrd`.</summary>
internal sealed record RamdiskRequest
{
    public required StiefelConfiguration Configuration { get; init; }

    /// <summary>The directory for the image; null means <see cref="DefaultOutput"/>.</summary>
    public string? Output { get; init; }

    /// <summary>An installed kernel of the laptop; null for a kernel from Debian's packages.</summary>
    public OwnRamdiskKernel? Own { get; init; }

    /// <summary>The drivers that this laptop uses; the user is told of those that the ramdisk lacks.</summary>
    public IReadOnlyList<KernelNeed> Hardware { get; init; } = [];

    /// <summary>The programs in Stiefel's package; null to build them from Debian's packages.</summary>
    public RamdiskPrograms? Programs { get; init; }

    /// <summary>True to build programs for a package, which must work with any kernel.</summary>
    public bool ForAnyKernel { get; init; }

    /// <summary>True to work in memory (/dev/shm) and leave no unpacked ramdisk behind.</summary>
    public bool WorkInMemory { get; init; }

    /// <summary>True to ask the mirror for newer packages.</summary>
    public bool Update { get; init; }

    public string? Mirror { get; init; }
    public Compression? Compression { get; init; }

    /// <summary>True if a kernel must be downloaded.</summary>
    public bool NeedsKernelPackage => Own is null && !ForAnyKernel;

    /// <summary>True if anything must be downloaded.</summary>
    public bool NeedsPackages => NeedsKernelPackage || Programs is null;

    public string OutputDirectory => Output ?? DefaultOutput(Configuration);

    /// <summary>The directory where other commands look: that of the laptop's own ramdisk, or one in the cache for users who cannot write there.</summary>
    public static string DefaultOutput(StiefelConfiguration configuration) =>
        Environment.IsPrivilegedProcess ? Path.GetDirectoryName(configuration.ServerSetup.Kernel)! : Path.Combine(configuration.Paths.Cache, "image");
}

/// <summary>An installed kernel of a laptop.</summary>
/// <param name="Laptop">The laptop's files.</param>
/// <param name="Kernel">The kernel.</param>
internal sealed record OwnRamdiskKernel(LaptopTree Laptop, OwnKernel Kernel);
