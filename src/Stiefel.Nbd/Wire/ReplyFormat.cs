namespace Stiefel.Nbd.Wire;

/// <summary>The format of requests and replies that was agreed in the handshake.</summary>
internal enum ReplyFormat
{
    /// <summary>Compact requests and simple replies, which the kernel uses.</summary>
    Simple,

    /// <summary>Compact requests, structured replies (NBD_OPT_STRUCTURED_REPLY).</summary>
    Structured,

    /// <summary>Requests and replies with 64-bit lengths (NBD_OPT_EXTENDED_HEADERS).</summary>
    Extended,
}
