using System.Text.Json.Nodes;
using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Durability;

/// <summary>The published server with a loop device that is granted to one desktop. It can be killed and started again in the same state directory.</summary>
internal sealed class GrantedServer : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();
    private readonly int _http = Scratch.FreePort();
    private NativeProcess _process;
    private bool _isRunning;

    /// <param name="size">The disk's size in bytes.</param>
    public GrantedServer(long size)
    {
        File.WriteAllBytes(_scratch["disk.img"], new byte[size]);
        Disk = NativeProcess.Run(0, "losetup", "--find", "--show", _scratch["disk.img"]).Trim();
        _scratch.KeyDirectory("keys", "stick");
        _scratch.RandomFile("kernel", 1);
        _scratch.RandomFile("initrd", 1);
        _process = StartNew();
        Boot();
    }

    /// <summary>The path of the loop device.</summary>
    public string Disk { get; }

    public int NbdPort { get; } = Scratch.FreePort();

    /// <summary>The desktop's capability, read from the server's state directory, which only root can read.</summary>
    public string Capability => (string?)Record["exportName"] ?? throw new InvalidOperationException($"no capability in {Record}");

    /// <summary>The process id of the keeper; 0 if there is none.</summary>
    public int Keeper => Directory.GetDirectories("/proc").Select(Path.GetFileName).OfType<string>()
        .Where(name => int.TryParse(name, out _) && IsKeeper(name)).Select(int.Parse).FirstOrDefault();

    /// <summary>True if the disk is free, so that it can be opened exclusively.</summary>
    public bool IsFree
    {
        get
        {
            using var claim = NativeProcess.Start("python3", "-c", $"import os; os.open('{Disk}', os.O_RDONLY | os.O_EXCL)");
            return claim.WaitForExit(s_limit) == 0;
        }
    }

    private JsonNode Record => JsonNode.Parse(File.ReadAllText(Directory.GetFiles(_scratch["state"], "grant-*.json").Single()))!;

    public void Start() => _process = StartNew();

    public void WaitFor(string text) => _process.WaitForLine(text, s_limit);

    public void Kill()
    {
        _process.Kill();
        _process.Dispose();
        _isRunning = false;
    }

    /// <summary>Ends the server cleanly.</summary>
    public void End()
    {
        NativeProcess.Run(0, "kill", $"{_process.Id}");
        Assert.Equal(0, _process.WaitForExit(s_limit));
        _process.Dispose();
        _isRunning = false;
    }

    public void Dispose()
    {
        if (_isRunning)
        {
            Kill();
        }

        if (Keeper is var keeper and > 0)
        {
            NativeProcess.Run(0, "kill", $"{keeper}");
        }

        NativeProcess.Run(0, "losetup", "-d", Disk);
        _scratch.Dispose();
    }

    // Compare the disk, because other tests may have keepers too.
    private bool IsKeeper(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").StartsWith("stiefel-keeper\0", StringComparison.Ordinal)
                && Directory.GetFiles($"/proc/{process}/fd").Any(file => new FileInfo(file).LinkTarget == Disk);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile.
            return false;
        }
    }

    private void Boot()
    {
        using var client = NativeProcess.Start(NativeProcess.Binary("stiefel-client"), "boot", "--until-loading", "--once", "--attach", NativeProcess.Binary("stiefel-attach"),
            "--server", $"127.0.0.1:{_http}", "--key", _scratch["keys/stick.key"]);
        Assert.True(client.WaitForExit(s_limit) == 0, client.Output);
    }

    private NativeProcess StartNew()
    {
        var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"),
            "--Boot:Kernel", _scratch["kernel"], "--Boot:Initrd", _scratch["initrd"], "--Boot:CommandLine", "root=/dev/vda1 rw", "--Disk:Path", Disk,
            "--Keys:Directory", _scratch["keys"], "--Http:Listen", $"127.0.0.1:{_http}", "--Nbd:Listen", $"127.0.0.1:{NbdPort}", "--Admin:Listen", "none",
            "--Discovery:Enabled", "false", "--Link:Protection", "none", "--State:Directory", _scratch["state"], "--State:Keeper", "process");
        server.WaitForLine("stiefel: phase serving", s_limit);
        _isRunning = true;
        return server;
    }
}
