namespace Stiefel.EndToEnd.Native;

/// <summary>Tests `stiefel-server --Disk:Path F --Nbd:Access open`, which serves any NBD client without keys or boot files.</summary>
public sealed class StandaloneNbdTests : IDisposable
{
    private const long DiskSize = 64 << 20;

    private readonly Scratch _scratch = new();
    private readonly string _disk;
    private readonly string _uri;
    private readonly NativeProcess _server;

    public StandaloneNbdTests()
    {
        _disk = _scratch.RandomFile("disk.img", DiskSize);
        var port = Scratch.FreePort();
        _uri = $"nbd://127.0.0.1:{port}/x";
        _server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"), "--Disk:Path", _disk, "--Nbd:Access", "open",
            "--Nbd:ExportName", "x", "--Nbd:Listen", $"127.0.0.1:{port}", "--State:Directory", _scratch["state"]);
        _server.WaitForLine("stiefel: phase serving", TimeSpan.FromSeconds(20));
    }

    public void Dispose()
    {
        _server.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void OpenExport_Nbdinfo_SeesSizeAndFlags()
    {
        Assert.Equal($"{DiskSize}", NativeProcess.Run(0, "nbdinfo", "--size", _uri));
        var info = NativeProcess.Run(0, "nbdinfo", _uri);
        Assert.Contains("can_fua: true", info, StringComparison.Ordinal);
        Assert.Contains("can_flush: true", info, StringComparison.Ordinal);
        Assert.Contains("can_trim: true", info, StringComparison.Ordinal);
        Assert.Contains("is_read_only: false", info, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenExport_NbdcopyBothWays_KeepsEveryByte()
    {
        NativeProcess.Run(0, "nbdcopy", _uri, _scratch["out.img"]);
        Assert.Equal(Scratch.Sha256(_disk), Scratch.Sha256(_scratch["out.img"]));

        var other = _scratch.RandomFile("other.img", DiskSize);
        NativeProcess.Run(0, "nbdcopy", "--flush", other, _uri);
        Assert.Equal(Scratch.Sha256(other), Scratch.Sha256(_disk));
    }

    [Fact]
    public void OpenExport_QemuImg_ConvertsAndComparesEqual()
    {
        NativeProcess.Run(0, "qemu-img", "convert", "-f", "raw", "-O", "raw", _uri, _scratch["out.img"]);
        NativeProcess.Run(0, "qemu-img", "compare", "-f", "raw", "-F", "raw", _uri, _scratch["out.img"]);
    }

    [Fact]
    public void OpenExport_FioVerify_FindsNoWrongBlock()
    {
        var output = NativeProcess.Run(0, "fio", "--name=verify", "--ioengine=nbd", $"--uri={_uri}", "--rw=randwrite", "--bssplit=4k/40:16k/40:64k/20",
            "--size=32m", "--iodepth=16", "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--fsync=64");
        Assert.Contains("err= 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenExport_UnknownName_IsRefused()
    {
        var output = NativeProcess.Run(1, "nbdinfo", _uri + "y");
        Assert.DoesNotContain("export-size", output, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenAccess_OnTheNetwork_RefusesToStart()
    {
        using var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"), "--Disk:Path", _disk, "--Nbd:Access", "open",
            "--Nbd:ExportName", "x", "--Nbd:Listen", "0.0.0.0:0", "--State:Directory", _scratch["state2"]);
        Assert.NotEqual(0, server.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Contains("Nbd:AllowOpenOnNetwork", server.Output, StringComparison.Ordinal);
    }
}
