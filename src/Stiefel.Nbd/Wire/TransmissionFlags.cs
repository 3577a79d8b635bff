namespace Stiefel.Nbd.Wire;

/// <summary>Flags that say what an export can do, sent with its size (proto.md#transmission-flags).</summary>
[Flags]
public enum TransmissionFlags : ushort
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>NBD_FLAG_HAS_FLAGS: always set.</summary>
    HasFlags = 1 << 0,

    /// <summary>NBD_FLAG_READ_ONLY.</summary>
    ReadOnly = 1 << 1,

    /// <summary>NBD_FLAG_SEND_FLUSH.</summary>
    SendFlush = 1 << 2,

    /// <summary>NBD_FLAG_SEND_FUA.</summary>
    SendFua = 1 << 3,

    /// <summary>NBD_FLAG_ROTATIONAL.</summary>
    Rotational = 1 << 4,

    /// <summary>NBD_FLAG_SEND_TRIM.</summary>
    SendTrim = 1 << 5,

    /// <summary>NBD_FLAG_SEND_WRITE_ZEROES.</summary>
    SendWriteZeroes = 1 << 6,

    /// <summary>NBD_FLAG_SEND_DF: only with structured replies.</summary>
    SendDf = 1 << 7,

    /// <summary>NBD_FLAG_CAN_MULTI_CONN: a flush on one connection covers the writes of all.</summary>
    CanMultiConn = 1 << 8,

    /// <summary>NBD_FLAG_SEND_RESIZE: never sent.</summary>
    SendResize = 1 << 9,

    /// <summary>NBD_FLAG_SEND_CACHE.</summary>
    SendCache = 1 << 10,

    /// <summary>NBD_FLAG_SEND_FAST_ZERO.</summary>
    SendFastZero = 1 << 11,

    /// <summary>NBD_FLAG_BLOCK_STATUS_PAYLOAD: only with extended headers.</summary>
    BlockStatusPayload = 1 << 12,
}
