using Stiefel.Nbd.Transport.Tls;

namespace Stiefel.Nbd.Negotiation;

/// <summary>What a handshake may take, and how it answers NBD_OPT_STARTTLS.</summary>
/// <param name="MaxOptions">Most options of one client.</param>
/// <param name="MaxBytes">Most bytes of one client.</param>
/// <param name="Timeout">From accept to transmission.</param>
/// <param name="Tls">Null = NBD_OPT_STARTTLS is refused.</param>
internal sealed record NegotiationOptions(int MaxOptions, int MaxBytes, TimeSpan Timeout, NbdTls? Tls);
