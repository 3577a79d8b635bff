namespace Stiefel.Nbd.Devices;

/// <summary>What a device can do, and which access it handles best.</summary>
public sealed record DeviceTraits
{
    /// <summary>True if the device refuses writes, trims and zeroes.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>True if a trim has an effect.</summary>
    public bool CanTrim { get; init; }

    /// <summary>True for a disk that takes time to seek.</summary>
    public bool IsRotational { get; init; }

    /// <summary>Offsets and lengths should be multiples of this many bytes: the logical sector of a disk, 1 for a file.</summary>
    public int MinimumBlockSize { get; init; } = 1;

    /// <summary>A write of fewer bytes makes the device read first: the size of a physical sector or a page.</summary>
    public int PreferredBlockSize { get; init; } = 4096;
}
