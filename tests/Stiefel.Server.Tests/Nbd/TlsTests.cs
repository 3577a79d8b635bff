using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Certificates;
using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Nbd;

/// <summary>The block server's TLS settings, with GnuTLS at the other end.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Required_CertificateFromTheKey_IsTrustedAcrossRestarts()
    {
        var trust = Trust(DerivedCertificate.For(_files.Key));
        for (var start = 0; start < 2; start++)
        {
            await using var server = await StartAsync("--Nbd:Tls", "required", "--Keys:Directory", _files.Keys);
            Assert.Contains("with TLS", await NbdinfoAsync(server, trust), StringComparison.Ordinal);
            Assert.Null(server.Connect("x"));
        }
    }

    [Fact]
    public async Task Opportunistic_KernelWithoutTls_IsServedAsWell()
    {
        await using var server = await StartAsync("--Nbd:Tls", "opportunistic", "--Keys:Directory", _files.Keys);
        using var disk = server.Connect("x");
        Assert.NotNull(disk);
    }

    [Fact]
    public async Task Certificate_FromFiles_IsShown()
    {
        var (certificate, key) = WriteSelfSigned();
        await using var server = await StartAsync("--Nbd:Tls", "required", "--Nbd:TlsCertificate", certificate, "--Nbd:TlsKey", key);
        Assert.Contains("with TLS", await NbdinfoAsync(server, Trust(X509CertificateLoader.LoadCertificateFromFile(certificate))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientAuthorities_ClientWithoutCertificate_IsRefused()
    {
        var (certificate, key) = WriteSelfSigned();
        await using var server = await StartAsync("--Nbd:Tls", "required", "--Nbd:TlsCertificate", certificate, "--Nbd:TlsKey", key, "--Nbd:TlsClientAuthorities", certificate);
        var output = await RunNbdinfoAsync(server, Trust(X509CertificateLoader.LoadCertificateFromFile(certificate)));
        Assert.DoesNotContain("export-size", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nbd:Tls needs a certificate: give Nbd:TlsCertificate and Nbd:TlsKey, or a key to derive one from. Keys:Directory = '", "--Nbd:Tls required --Keys:Directory /nonexistent")]
    [InlineData("Nbd:TlsKey = '/dev/null': others on this machine can read", "--Nbd:Tls required --Nbd:TlsCertificate /dev/null --Nbd:TlsKey /dev/null")]
    [InlineData("Nbd:TlsCertificate = '/dev/null', Nbd:TlsKey = 'KEYS/stick.key': expected a certificate", "--Nbd:Tls required --Nbd:TlsCertificate /dev/null --Nbd:TlsKey KEYS/stick.key")]
    [InlineData("Nbd:TlsClientAuthorities = '/dev/null': holds no certificate", "--Nbd:Tls required --Nbd:TlsClientAuthorities /dev/null --Keys:Directory KEYS")]
    public async Task Start_WithoutWhatTlsNeeds_IsOneLine(string message, string args)
    {
        var error = await Assert.ThrowsAnyAsync<SettingsException>(() => StartAsync(args.Replace("KEYS", _files.Keys, StringComparison.Ordinal).Split(' ')));
        Assert.StartsWith(message.Replace("KEYS", _files.Keys, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private Task<RunningServer> StartAsync(params string[] more) => RunningServer.StartBareAsync(
        ["--Disk:Path", _files.Disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0", "--State:Directory", _files.State, .. more]);

    /// <summary>Makes a directory of certificates as libnbd expects it.</summary>
    private string Trust(X509Certificate2 certificate)
    {
        var directory = Directory.CreateDirectory(_files.Path("trust")).FullName;
        File.WriteAllText(Path.Combine(directory, "ca-cert.pem"), certificate.ExportCertificatePem() + "\n");
        certificate.Dispose();
        return directory;
    }

    private (string Certificate, string Key) WriteSelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=own", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(_files.Path("own.pem"), certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(_files.Path("own.key.pem"), key.ExportPkcs8PrivateKeyPem() + "\n");
        File.SetUnixFileMode(_files.Path("own.key.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (_files.Path("own.pem"), _files.Path("own.key.pem"));
    }

    private static async Task<string> NbdinfoAsync(RunningServer server, string trust)
    {
        var output = await RunNbdinfoAsync(server, trust);
        Assert.Contains($"export-size: {ServerFiles.DiskSize}", output, StringComparison.Ordinal);
        return output;
    }

    private static async Task<string> RunNbdinfoAsync(RunningServer server, string trust)
    {
        var output = await ExternalProgram.RunAsync(
            "nbdinfo", [$"nbds://127.0.0.1:{server.NbdPort}/x?tls-certificates={trust}"],
            new ExternalProgramOptions { AcceptedExitCodes = [0, 1] }, TestContext.Current.CancellationToken);
        return output.Text + output.ErrorText;
    }
}
