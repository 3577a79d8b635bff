using Stiefel.Nbd.Transport.Tls;

namespace Stiefel.Nbd.Negotiation;

/// <summary>The limits of a handshake, and how it answers NBD_OPT_STARTTLS.</summary>
/// <param name="MaxOptions">Largest number of options from one client.</param>
/// <param name="MaxBytes">Largest number of bytes from one client.</param>
/// <param name="Timeout">Longest time from accept to transmission.</param>
/// <param name="Tls">Settings for TLS; null = refuse NBD_OPT_STARTTLS.</param>
internal sealed record NegotiationOptions(int MaxOptions, int MaxBytes, TimeSpan Timeout, NbdTls? Tls);
