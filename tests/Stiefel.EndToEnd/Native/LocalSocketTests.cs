namespace Stiefel.EndToEnd.Native;

/// <summary>Tests an open export on a Unix socket, and on one that another process already listens at.</summary>
public sealed class LocalSocketTests : IDisposable
{
    private const string Systemd = """
        import os, socket, sys
        listening = socket.socket(socket.AF_UNIX if sys.argv[1].startswith('/') else socket.AF_INET)
        listening.bind(sys.argv[1] if sys.argv[1].startswith('/') else (sys.argv[1], 0))
        listening.listen()
        os.dup2(listening.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
        os.execv(sys.argv[2], sys.argv[2:])
        """;

    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(20);

    private readonly Scratch _scratch = new();
    private readonly string _disk;

    public LocalSocketTests() => _disk = _scratch.RandomFile("disk.img", 8 << 20);

    public void Dispose() => _scratch.Dispose();

    private string Path => _scratch["nbd.sock"];

    private string Uri => $"nbd+unix:///x?socket={Path}";

    [Fact]
    public void Path_OfAnOpenExport_ServesItsOwnerAloneAndGoesWithTheServer()
    {
        using var server = Start();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        NativeProcess.Run(0, "nbdcopy", Uri, _scratch["copy.img"]);
        Assert.Equal(Scratch.Sha256(_disk), Scratch.Sha256(_scratch["copy.img"]));
        NativeProcess.Run(0, "qemu-img", "compare", "-f", "raw", "-F", "raw", Uri, _scratch["copy.img"]);

        NativeProcess.Run(0, "kill", $"{server.Id}");
        Assert.Equal(0, server.WaitForExit(s_start));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void Path_LeftByAServerThatWasKilled_IsTakenOver()
    {
        using (var killed = Start())
        {
            killed.Kill();
        }

        Assert.True(File.Exists(Path));
        using var server = Start();
        NativeProcess.Run(0, "nbdinfo", "--size", Uri);
    }

    [Fact]
    public void Path_InUseOrSomethingElse_IsLeftAsItIs()
    {
        using var server = Start();
        using (var second = Start(wait: false, disk: _scratch.RandomFile("other.img", 1 << 20)))
        {
            Assert.Equal(1, second.WaitForExit(s_start));
            Assert.Contains($"cannot listen at unix:{Path}", second.Output, StringComparison.Ordinal);
        }

        NativeProcess.Run(0, "nbdinfo", "--size", Uri);
        server.Kill();
        File.Delete(Path);
        File.WriteAllText(Path, "a file");
        using var third = Start(wait: false);
        Assert.Equal(1, third.WaitForExit(s_start));
        Assert.Equal("a file", File.ReadAllText(Path));
    }

    [Fact]
    public void Path_ForSessions_IsRefused()
    {
        using var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"), "--Disk:Path", _disk, "--Nbd:Listen", $"unix:{Path}");
        Assert.Equal(2, server.WaitForExit(s_start));
        Assert.Contains("desktops come over the network", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Activation_BySystemd_ServesWhatWasHandedOver()
    {
        using var server = Activate(Path);
        server.WaitForLine("stiefel: phase serving", s_start);
        NativeProcess.Run(0, "nbdinfo", "--size", Uri);
    }

    [Fact]
    public void Activation_OnTheNetwork_IsRefusedAsAnAddressIs()
    {
        using var server = Activate("0.0.0.0");
        Assert.Equal(2, server.WaitForExit(s_start));
        Assert.Contains("Nbd:AllowOpenOnNetwork", server.Output, StringComparison.Ordinal);
    }

    private NativeProcess Start(bool wait = true, string? disk = null)
    {
        var server = NativeProcess.Start(
            NativeProcess.Binary("stiefel-server"), "--Disk:Path", disk ?? _disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", $"unix:{Path}", "--State:Directory", _scratch["state"]);
        if (wait)
        {
            server.WaitForLine("stiefel: phase serving", s_start);
        }

        return server;
    }

    private NativeProcess Activate(string at) => NativeProcess.Start(
        "python3", "-c", Systemd, at, NativeProcess.Binary("stiefel-server"), "--Disk:Path", _disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--State:Directory", _scratch["state"]);
}
