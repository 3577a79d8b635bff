using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Kernel;

namespace Stiefel.Cli.Ramdisk;

/// <summary>What `create-initrd` was asked for.</summary>
internal sealed record RamdiskRequest
{
    public required StiefelConfiguration Configuration { get; init; }

    /// <summary>Where the image goes; null means <see cref="DefaultOutput"/>.</summary>
    public string? Output { get; init; }

    /// <summary>A kernel that is installed on the laptop; null for one of Debian's packages.</summary>
    public OwnRamdiskKernel? Own { get; init; }

    /// <summary>The drivers of the laptop that it is made on; one that the ramdisk has not is told.</summary>
    public IReadOnlyList<KernelNeed> Hardware { get; init; } = [];

    /// <summary>The programs' part that a package of ours carries; null to make it of Debian's packages.</summary>
    public RamdiskPrograms? Programs { get; init; }

    /// <summary>The programs' part is to be carried by a package.</summary>
    public bool ForAnyKernel { get; init; }

    /// <summary>Work in memory (/dev/shm) and leave no unpacked ramdisk behind.</summary>
    public bool WorkInMemory { get; init; }

    /// <summary>Ask the mirror again although the packages are known.</summary>
    public bool Update { get; init; }

    public string? Mirror { get; init; }
    public Compression? Compression { get; init; }

    /// <summary>A kernel is to be fetched.</summary>
    public bool NeedsKernelPackage => Own is null && !ForAnyKernel;

    /// <summary>Something is.</summary>
    public bool NeedsPackages => NeedsKernelPackage || Programs is null;

    public string OutputDirectory => Output ?? DefaultOutput(Configuration);

    /// <summary>Where everything else looks: where the laptop's own ramdisk lies, or for somebody who cannot write there, beside the cache.</summary>
    public static string DefaultOutput(StiefelConfiguration configuration) =>
        Environment.IsPrivilegedProcess ? Path.GetDirectoryName(configuration.ServerSetup.Kernel)! : Path.Combine(configuration.Paths.Cache, "image");
}

/// <summary>A kernel of the laptop's own.</summary>
/// <param name="Laptop">Where it is installed.</param>
/// <param name="Kernel">Which it is.</param>
internal sealed record OwnRamdiskKernel(LaptopTree Laptop, OwnKernel Kernel);
