namespace Stiefel.Nbd.Wire;

/// <summary>The shape of requests and replies that the handshake settled on.</summary>
internal enum ReplyFormat
{
    /// <summary>Compact requests, simple replies: what the kernel speaks.</summary>
    Simple,

    /// <summary>Compact requests, structured replies (NBD_OPT_STRUCTURED_REPLY).</summary>
    Structured,

    /// <summary>Requests and replies with 64-bit lengths (NBD_OPT_EXTENDED_HEADERS).</summary>
    Extended,
}
