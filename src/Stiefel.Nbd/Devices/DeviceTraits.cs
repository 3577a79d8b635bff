namespace Stiefel.Nbd.Devices;

/// <summary>What a device can do and how it likes to be used.</summary>
public sealed record DeviceTraits
{
    /// <summary>Writes of any kind are refused.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Trim does something.</summary>
    public bool CanTrim { get; init; }

    /// <summary>A seek costs time.</summary>
    public bool IsRotational { get; init; }

    /// <summary>Bytes that offsets and lengths should be multiples of: the logical sector of a disk, 1 for a file.</summary>
    public int MinimumBlockSize { get; init; } = 1;

    /// <summary>Bytes below which a write costs a read: the physical sector or the page.</summary>
    public int PreferredBlockSize { get; init; } = 4096;
}
