namespace Stiefel.Server.Configuration;

/// <summary>Whether the block server speaks TLS.</summary>
public enum NbdTlsChoice
{
    /// <summary>No TLS.</summary>
    Off,

    /// <summary>TLS with clients that ask for it.</summary>
    Opportunistic,

    /// <summary>TLS with every client; other requests are refused.</summary>
    Required,
}

/// <summary>The settings of the block server's TLS.</summary>
/// <param name="Choice">Whether TLS is used.</param>
/// <param name="Certificate">A PEM file with the server's certificate and its chain; null to derive certificates from the keys.</param>
/// <param name="PrivateKey">The PEM file of its private key.</param>
/// <param name="ClientAuthorities">A PEM file with authorities, one of which must have signed each client's certificate; null if clients need none.</param>
public sealed record NbdTlsOptions(NbdTlsChoice Choice, string? Certificate, string? PrivateKey, string? ClientAuthorities)
{
    /// <summary>Reads the settings of the block server's TLS.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static NbdTlsOptions Read(SettingReader reader, NbdAccess access)
    {
        var options = new NbdTlsOptions(
            reader.Choice("Nbd:Tls", NbdTlsChoice.Off),
            reader.Text("Nbd:TlsCertificate"),
            reader.Text("Nbd:TlsKey"),
            reader.Text("Nbd:TlsClientAuthorities"));
        if (options.Choice == NbdTlsChoice.Off)
        {
            var unused = options.Certificate is not null ? "Nbd:TlsCertificate" : options.PrivateKey is not null ? "Nbd:TlsKey"
                : options.ClientAuthorities is not null ? "Nbd:TlsClientAuthorities" : null;
            return unused is null ? options : throw reader.Wrong(unused, "nothing: Nbd:Tls is off; set --Nbd:Tls required or opportunistic");
        }

        if (options.Choice == NbdTlsChoice.Required && access == NbdAccess.Session)
        {
            throw reader.Wrong("Nbd:Tls", "off or opportunistic: a desktop's kernel speaks no TLS, so no session could reach its disk; required belongs to --Nbd:Access open");
        }

        return (options.Certificate is null) == (options.PrivateKey is null)
            ? options
            : throw reader.Wrong(options.Certificate is null ? "Nbd:TlsKey" : "Nbd:TlsCertificate", "Nbd:TlsCertificate and Nbd:TlsKey together");
    }
}
