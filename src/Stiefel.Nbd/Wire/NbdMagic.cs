namespace Stiefel.Nbd.Wire;

/// <summary>The magic numbers of proto.md, with the text that some of them spell.</summary>
internal static class NbdMagic
{
    /// <summary>"NBDMAGIC": the server's first eight bytes (proto.md#newstyle-negotiation).</summary>
    public const ulong Server = 0x4e42444d41474943;

    /// <summary>"IHAVEOPT": the server's next eight bytes, and the head of every option.</summary>
    public const ulong Option = 0x49484156454F5054;

    /// <summary>Head of every option reply (proto.md#fixed-newstyle-negotiation).</summary>
    public const ulong OptionReply = 0x0003e889045565a9;

    /// <summary>NBD_REQUEST_MAGIC (proto.md#request-message).</summary>
    public const uint Request = 0x25609513;

    /// <summary>NBD_EXTENDED_REQUEST_MAGIC (proto.md#extended-request-message).</summary>
    public const uint ExtendedRequest = 0x21e41c71;

    /// <summary>NBD_SIMPLE_REPLY_MAGIC (proto.md#simple-reply-message).</summary>
    public const uint SimpleReply = 0x67446698;

    /// <summary>NBD_STRUCTURED_REPLY_MAGIC (proto.md#structured-reply-chunk-message).</summary>
    public const uint StructuredReply = 0x668e33ef;

    /// <summary>NBD_EXTENDED_REPLY_MAGIC (proto.md#extended-reply-chunk-message).</summary>
    public const uint ExtendedReply = 0x6e8a278c;
}
