using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stiefel.Nbd.Transport.Tls;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>An authority, a server's certificate for 127.0.0.1 and a client's certificate, in a directory laid out for libnbd and QEMU.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly SslStreamCertificateContext _server;

    public TestCertificates()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("stiefel-tls-").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Write("ca-cert.pem", _authority.ExportCertificatePem());

        _server = SslStreamCertificateContext.Create(Issue("CN=server", "1.3.6.1.5.5.7.3.1"), additionalCertificates: null, offline: true);
        ClientCertificate = Issue("CN=client", "1.3.6.1.5.5.7.3.2");
        Write("client-cert.pem", ClientCertificate.ExportCertificatePem());
        Write("client-key.pem", ClientCertificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public string Directory { get; }

    public X509Certificate2 ClientCertificate { get; }

    public NbdTls Tls(NbdTlsMode mode, bool asksClients = false) =>
        new(mode, _ => _server) { ClientAuthorities = asksClients ? new X509Certificate2Collection(_authority) : null };

    /// <summary>True if the certificate is signed by the authority.</summary>
    public bool IsOurs(X509Certificate? certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        return certificate is not null && chain.Build(new X509Certificate2(certificate));
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private X509Certificate2 Issue(string subject, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        using var bare = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-20), DateTimeOffset.UtcNow.AddHours(20), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    private void Write(string name, string pem) => File.WriteAllText(Path.Combine(Directory, name), pem + "\n");
}
