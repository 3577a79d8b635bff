using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Stiefel.Nbd.Transport.Tls;

/// <summary>How NBD_OPT_STARTTLS is answered.</summary>
/// <param name="mode">What becomes of clients that do not ask for it.</param>
/// <param name="certificateFor">The certificate for the server name a client gives; the name is empty if it gives none. Called on connection threads.</param>
public sealed class NbdTls(NbdTlsMode mode, Func<string, SslStreamCertificateContext> certificateFor)
{
    /// <summary>What becomes of clients that do not ask for it.</summary>
    public NbdTlsMode Mode => mode;

    /// <summary>The authorities that may have signed a client's certificate; null = clients need none.</summary>
    public X509Certificate2Collection? ClientAuthorities { get; init; }

    internal SslServerAuthenticationOptions OptionsFor(string serverName)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificateFor(serverName),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, // proto.md#tls-versions
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (ClientAuthorities is { } authorities)
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = TrustOnly(authorities);
            options.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None;
        }

        return options;
    }

    // Nothing is fetched from the network on a stranger's word.
    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
