namespace Stiefel.Nbd.Devices;

/// <summary>How a device may write zeroes.</summary>
[Flags]
public enum ZeroOptions
{
    /// <summary>No restriction; the range may lose its allocation.</summary>
    None = 0,

    /// <summary>NBD_CMD_FLAG_NO_HOLE: the range must stay allocated, so that a later write cannot run out of space.</summary>
    KeepAllocated = 1 << 0,

    /// <summary>NBD_CMD_FLAG_FAST_ZERO: fail with EOPNOTSUPP at once instead of writing the zeroes out.</summary>
    OnlyIfFast = 1 << 1,
}
