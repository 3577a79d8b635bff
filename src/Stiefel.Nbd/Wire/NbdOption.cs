namespace Stiefel.Nbd.Wire;

/// <summary>Options of the handshake (proto.md#option-types). The number on the wire is the value.</summary>
internal enum NbdOption : uint
{
    None = 0,

    /// <summary>NBD_OPT_EXPORT_NAME.</summary>
    ExportName = 1,

    /// <summary>NBD_OPT_ABORT.</summary>
    Abort = 2,

    /// <summary>NBD_OPT_LIST.</summary>
    List = 3,

    /// <summary>NBD_OPT_PEEK_EXPORT: withdrawn from the specification.</summary>
    PeekExport = 4,

    /// <summary>NBD_OPT_STARTTLS.</summary>
    StartTls = 5,

    /// <summary>NBD_OPT_INFO.</summary>
    Info = 6,

    /// <summary>NBD_OPT_GO.</summary>
    Go = 7,

    /// <summary>NBD_OPT_STRUCTURED_REPLY.</summary>
    StructuredReply = 8,

    /// <summary>NBD_OPT_LIST_META_CONTEXT.</summary>
    ListMetaContext = 9,

    /// <summary>NBD_OPT_SET_META_CONTEXT.</summary>
    SetMetaContext = 10,

    /// <summary>NBD_OPT_EXTENDED_HEADERS.</summary>
    ExtendedHeaders = 11,

    /// <summary>Ours (docs/protocol.md#generations): states this connection's generation.</summary>
    Generation = 0x53544601,

    /// <summary>Ours (docs/protocol.md#goodbye): the client is done with an export for good.</summary>
    Goodbye = 0x53544602,

    /// <summary>Ours (docs/protocol.md#notices): asks for the server's notices to this client.</summary>
    Notices = 0x53544603,
}
