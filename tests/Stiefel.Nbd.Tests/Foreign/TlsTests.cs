using System.Security.Cryptography;
using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Transport.Tls;
using Xunit;

namespace Stiefel.Nbd.Tests.Foreign;

/// <summary>STARTTLS with GnuTLS at the other end: libnbd and QEMU.</summary>
public sealed class TlsTests : IDisposable
{
    private const int Size = 9 * 1024 * 1024;

    private readonly TestCertificates _certificates = new();
    private readonly TempFile _disk = TempFile.WithRandomBytes(Size, seed: 6);

    public void Dispose()
    {
        _certificates.Dispose();
        _disk.Dispose();
    }

    [Fact]
    public async Task Nbdinfo_WithCertificates_SaysThatTlsIsInUse()
    {
        await using var server = await StartAsync(NbdTlsMode.Required, asksClients: true);

        var info = await Tool.RunAsync("nbdinfo", UriOf(server));

        Assert.Contains("newstyle-fixed with TLS, using structured packets", info, StringComparison.Ordinal);
        Assert.Contains("base:allocation", info, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdinfo_WithoutTls_IsRefusedWhereTlsIsRequired()
    {
        await using var server = await StartAsync(NbdTlsMode.Required);

        (var exitCode, var output) = await Tool.TryRunAsync("nbdinfo", server.Uri);

        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("export-size", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdinfo_WithAForeignAuthority_Refuses()
    {
        using var others = new TestCertificates();
        await using var server = await StartAsync(NbdTlsMode.Required);

        (var exitCode, _) = await Tool.TryRunAsync("nbdinfo", $"nbds://127.0.0.1:{server.EndPoint.Port}/disk?tls-certificates={others.Directory}");

        Assert.NotEqual(0, exitCode);
    }

    [Fact]
    public async Task Nbdcopy_BothWays_KeepsEveryByte()
    {
        using var back = new TempFile();
        using var other = TempFile.WithRandomBytes(Size, seed: 8);
        await using var server = await StartAsync(NbdTlsMode.Opportunistic);

        await Tool.RunAsync("nbdcopy", UriOf(server), back.Path);
        Assert.Equal(Sha256(_disk), Sha256(back));
        await Tool.RunAsync("nbdcopy", "--flush", other.Path, UriOf(server));

        Assert.Equal(Sha256(other), Sha256(_disk));
    }

    [Fact]
    public async Task QemuImg_WithTlsCredentials_ComparesEqual()
    {
        await using var server = await StartAsync(NbdTlsMode.Required, asksClients: true);

        await Tool.RunAsync(
            "qemu-img", "compare", "--object", $"tls-creds-x509,id=tls0,endpoint=client,dir={_certificates.Directory}", "--image-opts",
            $"driver=nbd,host=127.0.0.1,port={server.EndPoint.Port},export=disk,tls-creds=tls0", $"driver=raw,file.driver=file,file.filename={_disk.Path},file.locking=off");
    }

    [Fact]
    public async Task Nbdsh_TlsRequired_EndsWithTls()
    {
        const string Script = """
            import nbd, sys
            h = nbd.NBD()
            h.set_tls(nbd.TLS_REQUIRE)
            h.set_tls_certificates(sys.argv[2])
            h.set_export_name("disk")
            h.connect_tcp("127.0.0.1", sys.argv[1])
            assert h.get_tls_negotiated()
            h.pwrite(b"x" * (5 << 20), 4711)
            assert h.pread(5 << 20, 4711) == b"x" * (5 << 20)
            h.shutdown()
            """;
        await using var server = await StartAsync(NbdTlsMode.Required);

        await Tool.RunAsync("/usr/bin/python3", "-c", Script, $"{server.EndPoint.Port}", _certificates.Directory);
    }

    private Task<TestServer> StartAsync(NbdTlsMode mode, bool asksClients = false) => TestServer.StartAsync(
        new DiskDevice(BlockDevice.Open(_disk.Path, readOnly: false)), new NbdServerOptions { Tls = _certificates.Tls(mode, asksClients) });

    private string UriOf(TestServer server) => $"nbds://127.0.0.1:{server.EndPoint.Port}/disk?tls-certificates={_certificates.Directory}";

    private static string Sha256(TempFile file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.Path)));
}
