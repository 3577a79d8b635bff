using Stiefel.Cli.Configuration;

namespace Stiefel.Cli.Ramdisk;

/// <summary>What `create-initrd` was asked for.</summary>
internal sealed record RamdiskRequest
{
    public required StiefelConfiguration Configuration { get; init; }

    /// <summary>Where the image goes; null means beside the cache, see <see cref="DefaultOutput"/>.</summary>
    public string? Output { get; init; }

    /// <summary>Work in memory (/dev/shm) and leave no unpacked ramdisk behind.</summary>
    public bool WorkInMemory { get; init; }

    /// <summary>Ask the mirror again although the packages are known.</summary>
    public bool Update { get; init; }

    public string? Mirror { get; init; }
    public Compression? Compression { get; init; }

    public string OutputDirectory => Output ?? DefaultOutput(Configuration);

    public static string DefaultOutput(StiefelConfiguration configuration) => Path.Combine(configuration.Paths.Cache, "image");
}
