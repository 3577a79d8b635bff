using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests `--Disk:Snapshot` with `--Nbd:Tls required`: a remote guest, whose writes do not change the disk.</summary>
public sealed class GuestNbdTests : IDisposable
{
    private const long DiskSize = 64 << 20;
    private const long MiB = 1 << 20;

    private readonly Scratch _scratch = new();
    private readonly string _disk;
    private readonly string _uri;
    private readonly NativeProcess _server;

    public GuestNbdTests()
    {
        _disk = _scratch.RandomFile("disk.img", DiskSize);
        var keys = _scratch.KeyDirectory("keys", "stick");
        using var key = SharedKey.FromBytes(File.ReadAllBytes(Path.Combine(keys, "stick.key")), "stick");
        using var certificate = DerivedCertificate.For(key);
        Directory.CreateDirectory(_scratch["trust"]);
        File.WriteAllText(Path.Combine(_scratch["trust"], "ca-cert.pem"), certificate.ExportCertificatePem() + "\n");

        var port = Scratch.FreePort();
        _uri = $"nbds://127.0.0.1:{port}/x?tls-certificates={_scratch["trust"]}";
        _server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"), "--Disk:Path", _disk, "--Disk:Snapshot", "memory", "--Nbd:Access", "open",
            "--Nbd:ExportName", "x", "--Nbd:Listen", $"127.0.0.1:{port}", "--Nbd:Tls", "required", "--Keys:Directory", keys, "--State:Directory", _scratch["state"]);
        _server.WaitForLine("stiefel: phase serving", TimeSpan.FromSeconds(20));
    }

    public void Dispose()
    {
        _server.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Guest_WritesTheWholeDiskByTls_ReadsItBackAndTheDiskIsAsBefore()
    {
        var before = Scratch.Sha256(_disk);
        Assert.Contains("with TLS", NativeProcess.Run(0, "nbdinfo", _uri), StringComparison.Ordinal);

        var other = _scratch.RandomFile("other.img", DiskSize);
        NativeProcess.Run(0, "nbdcopy", "--flush", other, _uri);
        NativeProcess.Run(0, "nbdcopy", _uri, _scratch["back.img"]);

        Assert.Equal(Scratch.Sha256(other), Scratch.Sha256(_scratch["back.img"]));
        Assert.Equal(before, Scratch.Sha256(_disk));
        Assert.InRange(_server.PeakResident, MiB, 64 * MiB);
    }

    [Fact]
    public void Guest_WithoutTls_IsRefused() =>
        Assert.DoesNotContain("export-size", NativeProcess.Run(1, "nbdinfo", _uri.Replace("nbds:", "nbd:", StringComparison.Ordinal).Split('?')[0]), StringComparison.Ordinal);
}
