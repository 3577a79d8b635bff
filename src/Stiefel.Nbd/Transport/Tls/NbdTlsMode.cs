namespace Stiefel.Nbd.Transport.Tls;

/// <summary>What becomes of clients that do not ask for TLS (proto.md#server-side-requirements).</summary>
public enum NbdTlsMode
{
    /// <summary>Clients that ask for it get it. A man in the middle can make it look as if none had asked.</summary>
    Opportunistic,

    /// <summary>FORCEDTLS: before TLS nothing is answered but NBD_OPT_STARTTLS and NBD_OPT_ABORT.</summary>
    Required,
}
