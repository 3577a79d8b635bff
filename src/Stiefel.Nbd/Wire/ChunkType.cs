namespace Stiefel.Nbd.Wire;

/// <summary>Kinds of structured reply chunks (proto.md#structured-reply-types).</summary>
internal enum ChunkType : ushort
{
    /// <summary>NBD_REPLY_TYPE_NONE.</summary>
    None = 0,

    /// <summary>NBD_REPLY_TYPE_OFFSET_DATA: 64 bits offset, data.</summary>
    OffsetData = 1,

    /// <summary>NBD_REPLY_TYPE_OFFSET_HOLE: 64 bits offset, 32 bits length.</summary>
    OffsetHole = 2,

    /// <summary>NBD_REPLY_TYPE_BLOCK_STATUS: 32 bits context, then 32 bits length and flags each.</summary>
    BlockStatus = 5,

    /// <summary>NBD_REPLY_TYPE_BLOCK_STATUS_EXT: 32 bits context, 32 bits count, then 64 bits length and flags each.</summary>
    BlockStatusExt = 6,

    /// <summary>NBD_REPLY_TYPE_ERROR: 32 bits error, 16 bits message length, message.</summary>
    Error = 0x8001,

    /// <summary>NBD_REPLY_TYPE_ERROR_OFFSET: as ERROR, then 64 bits offset.</summary>
    ErrorOffset = 0x8002,
}
