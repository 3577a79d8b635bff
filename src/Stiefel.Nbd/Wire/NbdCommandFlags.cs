namespace Stiefel.Nbd.Wire;

/// <summary>Flags of a request (proto.md#command-flags).</summary>
[Flags]
internal enum NbdCommandFlags : ushort
{
    None = 0,

    /// <summary>NBD_CMD_FLAG_FUA: reply only when the data is on the medium. Valid with every command.</summary>
    Fua = 1 << 0,

    /// <summary>NBD_CMD_FLAG_NO_HOLE: for WRITE_ZEROES.</summary>
    NoHole = 1 << 1,

    /// <summary>NBD_CMD_FLAG_DF: answer a READ in one chunk.</summary>
    Df = 1 << 2,

    /// <summary>NBD_CMD_FLAG_REQ_ONE: answer BLOCK_STATUS with one extent.</summary>
    ReqOne = 1 << 3,

    /// <summary>NBD_CMD_FLAG_FAST_ZERO: for WRITE_ZEROES.</summary>
    FastZero = 1 << 4,

    /// <summary>NBD_CMD_FLAG_PAYLOAD_LEN: the length counts a payload; only with extended headers.</summary>
    PayloadLen = 1 << 5,
}
