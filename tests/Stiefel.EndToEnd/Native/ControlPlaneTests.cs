using Stiefel.Protocol.Control;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published server's control plane with `stiefel status`, `stiefel kick` and `curl`.</summary>
public sealed class ControlPlaneTests : IDisposable
{
    /// <summary>Runs a program on a terminal, answers each of its passphrase prompts with the next line, and exits with its exit code.</summary>
    private const string Typist = """
        import os, pty, sys
        split = sys.argv.index("--")
        lines, command = sys.argv[1:split], sys.argv[split + 1:]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(command[0], command)
        seen, answered = b"", 0
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
            if seen.count(b"Passphrase") > answered and answered < len(lines):
                os.write(terminal, lines[answered].encode() + b"\n")
                answered += 1
        sys.stdout.write(seen.decode())
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """;

    private readonly Scratch _scratch = new();
    private readonly string _host;
    private readonly NativeProcess _server;

    public ControlPlaneTests()
    {
        _scratch.KeyDirectory("keys", "stick");
        _host = $"127.0.0.1:{Scratch.FreePort()}";
        Boot = $"127.0.0.1:{Scratch.FreePort()}";
        _server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"),
            "--Boot:Kernel", _scratch.RandomFile("kernel", 1000), "--Boot:Initrd", _scratch.RandomFile("initrd", 1000),
            "--Disk:Path", _scratch.RandomFile("disk.img", 1 << 20), "--Keys:Directory", _scratch["keys"], "--Http:Listen", Boot,
            "--Nbd:Listen", $"127.0.0.1:{Scratch.FreePort()}", "--Admin:Listen", _host, "--Discovery:Enabled", "false", "--Link:Protection", "none", "--State:Directory", _scratch["state"]);
        _server.WaitForLine("stiefel: phase serving", TimeSpan.FromSeconds(30));
    }

    private string Boot { get; }

    private static string Stiefel => NativeProcess.Binary("stiefel");

    public void Dispose()
    {
        _server.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void StatusAndKick_OfARunningServer_SeeAndEndTheSession()
    {
        NativeProcess.Run(0, NativeProcess.Binary("stiefel-client"), "fetch", "--server", Boot, "--key", Path.Combine(_scratch["keys"], "stick.key"), "--out", _scratch["out"]);
        var text = NativeProcess.Run(0, Stiefel, "status", "--directory", _scratch["keys"], _host);
        Assert.Contains("key stick", text, StringComparison.Ordinal);
        var status = ControlDocuments.ReadStatus(NativeProcess.Run(0, Stiefel, "status", "--json", "--directory", _scratch["keys"], _host));
        var id = Assert.Single(status.Sessions).Id;

        NativeProcess.Run(0, Stiefel, "kick", id[..8], "--directory", _scratch["keys"], _host);

        Assert.DoesNotContain("key stick", NativeProcess.Run(0, Stiefel, "status", "--directory", _scratch["keys"], _host), StringComparison.Ordinal);
        NativeProcess.Run(1, Stiefel, "kick", id, "--directory", _scratch["keys"], _host);
    }

    /// <summary>As on a laptop in its ramdisk, only the server can reach the key directory.</summary>
    [Fact]
    public void KeyRevoke_AtARunningServer_EndsItsSessionAndOnlyItsOwn()
    {
        var mine = Path.Combine(_scratch.KeyDirectory("keys", "mine"), "mine.key");
        _server.WaitForLine("key mine is accepted", TimeSpan.FromSeconds(10));
        string[] asking = ["--server", _host, "--key", mine];
        NativeProcess.Run(0, NativeProcess.Binary("stiefel-client"), "fetch", "--server", Boot, "--key", Path.Combine(_scratch["keys"], "stick.key"), "--out", _scratch["out"]);
        File.Copy(mine, _scratch["mine.key"]);

        Assert.Contains("there are: mine, stick", NativeProcess.Run(1, Stiefel, ["key", "revoke", "green", "--yes", .. asking]), StringComparison.Ordinal);
        Assert.Contains("stick is no longer accepted", NativeProcess.Run(0, Stiefel, ["key", "revoke", "stick", "--yes", .. asking]), StringComparison.Ordinal);

        Assert.DoesNotContain("key stick", NativeProcess.Run(0, Stiefel, "status", "--key", mine, _host), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_scratch["keys"], "stick.key")));
        Assert.Contains("last key", NativeProcess.Run(0, Stiefel, ["key", "revoke", "mine", "--yes", .. asking]), StringComparison.Ordinal);
        NativeProcess.Run(1, Stiefel, "status", "--key", _scratch["mine.key"], _host);
    }

    [Fact]
    public void Status_WithAnotherLaptopsKey_IsRefusedBeforeTheTokenIsSent()
    {
        _scratch.KeyDirectory("foreign", "stick");
        Assert.Contains("certificate", NativeProcess.Run(1, Stiefel, "status", "--directory", _scratch["foreign"], _host), StringComparison.Ordinal);
        Assert.DoesNotContain("without its token", _server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys/stick.key", "chmod 600")]
    [InlineData("keys", "chmod 700")]
    public void Server_KeysThatOthersCanReach_RefusesToStart(string what, string fix)
    {
        File.SetUnixFileMode(_scratch[what], File.GetUnixFileMode(_scratch[what]) | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        var output = NativeProcess.Run(3, NativeProcess.Binary("stiefel-server"), "--Disk:Path", _scratch["disk.img"], "--Keys:Directory", _scratch["keys"],
            "--Http:Listen", "127.0.0.1:0", "--Nbd:Listen", "127.0.0.1:0", "--Admin:Listen", "none", "--Discovery:Enabled", "false", "--Link:Protection", "none", "--State:Directory", _scratch["state2"]);
        Assert.Contains(fix, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_ThatMayNotProtectTheLink_RefusesToServe()
    {
        var output = NativeProcess.Run(3, "/usr/bin/setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--",
            NativeProcess.Binary("stiefel-server"), "--Disk:Path", _scratch["disk.img"], "--Keys:Directory", _scratch["keys"],
            "--Http:Listen", "127.0.0.1:0", "--Nbd:Listen", "127.0.0.1:0", "--Admin:Listen", "none", "--Discovery:Enabled", "false", "--State:Directory", _scratch["state2"]);
        var line = Assert.Single(output.Split('\n'), l => l.StartsWith("stiefel-server: ", StringComparison.Ordinal));
        Assert.Contains("link.protection: none", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_LinkInTheOpen_IsWarnedOfThereAndInTheLog()
    {
        Assert.Contains("link     protection none; WARNING: everybody who reaches the link", NativeProcess.Run(0, Stiefel, "status", "--directory", _scratch["keys"], _host), StringComparison.Ordinal);
        Assert.Contains("link.protection is none", _server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Curl_WithThePrintedCertificate_IsServed()
    {
        File.WriteAllText(_scratch["laptop.pem"], NativeProcess.Run(0, Stiefel, "key", "cert", "--directory", _scratch["keys"]));
        Assert.Equal("ok", NativeProcess.Run(0, "curl", "-sS", "--cacert", _scratch["laptop.pem"], "--connect-to", $"stiefel:4645:{_host}", "https://stiefel:4645/healthz"));
        NativeProcess.Run(22, "curl", "-sSf", "--cacert", _scratch["laptop.pem"], "--connect-to", $"stiefel:4645:{_host}", "https://stiefel:4645/api/v1/status");
    }

    [Fact]
    public void Fetch_KeySealedUnderAPassphrase_AsksOnTheTerminalAndShowsAsterisksOnly()
    {
        File.WriteAllText(_scratch["words"], "four words are good\n");
        NativeProcess.Run(0, Stiefel, "key", "seal", "--directory", _scratch["keys"], "--out", _scratch["stick.key"], "--passphrase-file", _scratch["words"]);

        var output = NativeProcess.Run(0, "/usr/bin/python3", "-c", Typist, "wrong words", "four words are good", "--",
            NativeProcess.Binary("stiefel-client"), "fetch", "--server", Boot, "--key", _scratch["stick.key"], "--out", _scratch["out"]);

        Assert.Contains("Passphrase of the key stick: ***********", output, StringComparison.Ordinal);
        Assert.Contains("that is not it", output, StringComparison.Ordinal);
        Assert.DoesNotContain("four words", output, StringComparison.Ordinal);
        Assert.Equal(Scratch.Sha256(_scratch["initrd"]), Scratch.Sha256(_scratch["out/initrd"]));
    }
}
