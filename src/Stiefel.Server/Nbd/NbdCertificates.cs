using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stiefel.Nbd.Transport.Tls;
using Stiefel.Protocol.Certificates;
using Stiefel.Server.Configuration;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Nbd;

/// <summary>The block server's certificates: from files, or derived from each key (docs/protocol.md#certificate-and-token).</summary>
public static class NbdCertificates
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Loads what TLS needs; null if it is off.</summary>
    /// <exception cref="SettingsException">A file cannot be used, or there are neither files nor keys.</exception>
    public static NbdTls? Load(NbdTlsOptions options, string keysDirectory)
    {
        if (options.Choice == NbdTlsChoice.Off)
        {
            return null;
        }

        var mode = options.Choice == NbdTlsChoice.Required ? NbdTlsMode.Required : NbdTlsMode.Opportunistic;
        return new NbdTls(mode, options.Certificate is null ? FromKeys(keysDirectory) : FromFiles(options))
        {
            ClientAuthorities = options.ClientAuthorities is { } file ? ReadAuthorities(file) : null,
        };
    }

    private static Func<string, SslStreamCertificateContext> FromFiles(NbdTlsOptions options)
    {
        try
        {
            if ((File.GetUnixFileMode(options.PrivateKey!) & Others) != 0)
            {
                throw new UnsafeSettingsException($"Nbd:TlsKey = '{options.PrivateKey}': others on this machine can read or change it; chmod 600 it, and replace the key if someone may have read it");
            }

            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.Certificate!);
            var context = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(options.Certificate!, options.PrivateKey!), chain, offline: true);
            return _ => context;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingsException($"Nbd:TlsCertificate = '{options.Certificate}', Nbd:TlsKey = '{options.PrivateKey}': expected a certificate and its private key in PEM: {e.Message}");
        }
    }

    private static Func<string, SslStreamCertificateContext> FromKeys(string directory)
    {
        KeyRing keys;
        try
        {
            keys = KeyRing.Load(directory);
        }
        catch (SettingsException e)
        {
            throw new SettingsException($"Nbd:Tls needs a certificate: give Nbd:TlsCertificate and Nbd:TlsKey, or a key to derive one from. {e.Message}");
        }

        using (keys)
        {
            // A client that knows the key asks for its certificate by name; all others get the first.
            var byName = keys.Keys.ToDictionary(
                DerivedCertificate.NameOf,
                key => SslStreamCertificateContext.Create(DerivedCertificate.For(key), additionalCertificates: null, offline: true),
                StringComparer.OrdinalIgnoreCase);
            var first = byName[DerivedCertificate.NameOf(keys.Keys[0])];
            return name => byName.GetValueOrDefault(name, first);
        }
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingsException($"Nbd:TlsClientAuthorities = '{file}': no certificates in PEM: {e.Message}");
        }

        return authorities.Count > 0 ? authorities : throw new SettingsException($"Nbd:TlsClientAuthorities = '{file}': holds no certificate in PEM, so no client could connect");
    }
}
