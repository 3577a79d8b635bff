using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Stiefel.Nbd.Transport.Tls;

/// <summary>How the server answers NBD_OPT_STARTTLS.</summary>
/// <param name="mode">Whether clients may go without TLS.</param>
/// <param name="certificateFor">Returns the certificate for the server name that a client sends, empty if none. Called on connection threads.</param>
public sealed class NbdTls(NbdTlsMode mode, Func<string, SslStreamCertificateContext> certificateFor)
{
    /// <summary>Whether clients may go without TLS.</summary>
    public NbdTlsMode Mode => mode;

    /// <summary>The authorities whose client certificates are accepted; null = clients need no certificate.</summary>
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

    // Fetch nothing from the network because a stranger's certificate says so.
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
