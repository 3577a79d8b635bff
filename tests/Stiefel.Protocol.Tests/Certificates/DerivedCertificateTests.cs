using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stiefel.Protocol.Certificates;

namespace Stiefel.Protocol.Tests.Certificates;

public sealed class DerivedCertificateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void For_Documented_IsTheCertificate()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("certificate"));
        using var key = Protocol.Keys.SharedKey.FromBytes(vector.Bytes("shared-key"), "k");
        using var certificate = DerivedCertificate.For(key);
        var point = certificate.GetECDsaPublicKey()!.ExportParameters(false).Q;

        Assert.Equal(vector.Quoted("token"), AdminToken.For(key));
        Assert.True(AdminToken.IsOf(key, vector.Quoted("token")));
        Assert.Equal(vector.Quoted("name"), DerivedCertificate.NameOf(key));
        Assert.Equal(vector.Bytes("point"), point.X!.Concat(point.Y!).ToArray());
        Assert.Equal(Convert.ToHexStringLower(vector.Bytes("sha256")), Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("wuh2ka66rfjcgkluo7xg7vexdqsg3cnmgs3tgngrhs5zs7z6n6ay")]
    public void AdminToken_Foreign_IsNotOfTheKey(string presented)
    {
        using var key = Sample.Key();
        Assert.False(AdminToken.IsOf(key, presented));
        Assert.False(AdminToken.IsOf(key, AdminToken.For(key)[..^1] + "\u0142"));
    }

    [Fact]
    public void For_OtherKey_SharesNothing()
    {
        using var one = Sample.Key(1);
        using var other = Sample.Key(2);
        using var first = DerivedCertificate.For(one);
        using var second = DerivedCertificate.For(other);

        Assert.NotEqual(first.GetPublicKeyString(), second.GetPublicKeyString());
        Assert.NotEqual(first.SerialNumber, second.SerialNumber);
        Assert.NotEqual(DerivedCertificate.NameOf(one), DerivedCertificate.NameOf(other));
    }

    /// <summary>OpenSSL accepts the certificate as its only trusted authority, and only for the name and address that it was made for.</summary>
    [Theory]
    [InlineData("-verify_hostname", "stiefel", true)]
    [InlineData("-verify_hostname", "localhost", true)]
    [InlineData("-verify_ip", "127.0.0.1", true)]
    [InlineData("-verify_hostname", "example.org", false)]
    public async Task For_OpensslVerify_AcceptsItsOwnNamesOnly(string option, string name, bool expected)
    {
        using var key = Sample.Key();
        using var certificate = DerivedCertificate.For(key);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), Token);
            using var openssl = Process.Start(new ProcessStartInfo(
                "openssl", ["verify", "-check_ss_sig", "-x509_strict", "-purpose", "sslserver", option, name, "-CAfile", file, file])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = await openssl.StandardOutput.ReadToEndAsync(Token) + await openssl.StandardError.ReadToEndAsync(Token);
            await openssl.WaitForExitAsync(Token);
            Assert.True(openssl.ExitCode == 0 == expected, output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task For_TlsWithPinnedCertificate_OnlyTheKeysOwnIsAccepted(int clientKey, bool accepted)
    {
        using var serverKey = Sample.Key(1);
        using var pinnedKey = Sample.Key(clientKey);
        using var served = DerivedCertificate.For(serverKey);
        using var pinned = DerivedCertificate.For(pinnedKey);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var toServer = new TcpClient();
        await toServer.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Token);
        using var accepting = await listener.AcceptTcpClientAsync(Token);
        await using var server = new SslStream(accepting.GetStream());
        await using var client = new SslStream(toServer.GetStream());

        var serving = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = served }, Token);
        var connecting = client.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = DerivedCertificate.NameOf(pinnedKey),
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHash().AsSpan().SequenceEqual(pinned.GetCertHash()),
            },
            Token);

        if (accepted)
        {
            await connecting;
            await serving;
        }
        else
        {
            await Assert.ThrowsAsync<AuthenticationException>(() => connecting);
            toServer.Close();
            await serving.ContinueWith(_ => { }, TaskScheduler.Default); // with TLS 1.3 the server may be done before the client checks the certificate
        }
    }
}
