namespace Stiefel.Nbd.Wire;

/// <summary>Answers to an option (proto.md#option-reply-types). Errors have the top bit set.</summary>
internal enum OptionReplyType : uint
{
    None = 0,

    /// <summary>NBD_REP_ACK.</summary>
    Ack = 1,

    /// <summary>NBD_REP_SERVER.</summary>
    Server = 2,

    /// <summary>NBD_REP_INFO.</summary>
    Info = 3,

    /// <summary>NBD_REP_META_CONTEXT.</summary>
    MetaContext = 4,

    /// <summary>Ours (docs/protocol.md#goodbye): the proof that a goodbye was heard.</summary>
    Goodbye = 0x53544602,

    /// <summary>Ours (docs/protocol.md#notices): one notice from the server.</summary>
    Notice = 0x53544603,

    /// <summary>NBD_REP_ERR_UNSUP.</summary>
    ErrorUnsupported = 0x80000001,

    /// <summary>NBD_REP_ERR_POLICY.</summary>
    ErrorPolicy = 0x80000002,

    /// <summary>NBD_REP_ERR_INVALID.</summary>
    ErrorInvalid = 0x80000003,

    /// <summary>NBD_REP_ERR_PLATFORM.</summary>
    ErrorPlatform = 0x80000004,

    /// <summary>NBD_REP_ERR_TLS_REQD.</summary>
    ErrorTlsRequired = 0x80000005,

    /// <summary>NBD_REP_ERR_UNKNOWN: no such export.</summary>
    ErrorUnknown = 0x80000006,

    /// <summary>NBD_REP_ERR_SHUTDOWN.</summary>
    ErrorShutdown = 0x80000007,

    /// <summary>NBD_REP_ERR_BLOCK_SIZE_REQD.</summary>
    ErrorBlockSizeRequired = 0x80000008,

    /// <summary>NBD_REP_ERR_TOO_BIG.</summary>
    ErrorTooBig = 0x80000009,

    /// <summary>NBD_REP_ERR_EXT_HEADER_REQD.</summary>
    ErrorExtendedHeadersRequired = 0x8000000a,
}
