namespace Stiefel.Nbd.Transport.Tls;

/// <summary>Whether clients may go without TLS (proto.md#server-side-requirements).</summary>
public enum NbdTlsMode
{
    /// <summary>Clients that ask for TLS get it. A man in the middle can strip the request and keep the connection in plain text.</summary>
    Opportunistic,

    /// <summary>FORCEDTLS: until TLS is in use, every option but NBD_OPT_STARTTLS and NBD_OPT_ABORT is refused.</summary>
    Required,
}
