namespace Stiefel.Nbd.Devices;

/// <summary>How zeroes may be made.</summary>
[Flags]
public enum ZeroOptions
{
    /// <summary>In any way; the range may lose its allocation.</summary>
    None = 0,

    /// <summary>NBD_CMD_FLAG_NO_HOLE: the range must stay allocated, so that a later write cannot run out of space.</summary>
    KeepAllocated = 1 << 0,

    /// <summary>NBD_CMD_FLAG_FAST_ZERO: fail with EOPNOTSUPP at once rather than write the zeroes out.</summary>
    OnlyIfFast = 1 << 1,
}
