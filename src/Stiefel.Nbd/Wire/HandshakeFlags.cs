namespace Stiefel.Nbd.Wire;

/// <summary>Flags that the server offers in its greeting (proto.md#handshake-flags).</summary>
[Flags]
internal enum HandshakeFlags : ushort
{
    None = 0,

    /// <summary>NBD_FLAG_FIXED_NEWSTYLE.</summary>
    FixedNewstyle = 1 << 0,

    /// <summary>NBD_FLAG_NO_ZEROES.</summary>
    NoZeroes = 1 << 1,
}

/// <summary>Flags in the client's answer to the greeting (proto.md#client-flags).</summary>
[Flags]
internal enum ClientFlags : uint
{
    None = 0,

    /// <summary>NBD_FLAG_C_FIXED_NEWSTYLE.</summary>
    FixedNewstyle = 1 << 0,

    /// <summary>NBD_FLAG_C_NO_ZEROES: EXPORT_NAME is answered without its 124 zero bytes.</summary>
    NoZeroes = 1 << 1,
}
