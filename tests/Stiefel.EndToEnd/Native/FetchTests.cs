using System.Globalization;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests `stiefel-client fetch` from a standalone server over loopback, with both native programs.</summary>
public sealed class FetchTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly Scratch _scratch = new();
    private readonly List<NativeProcess> _servers = [];

    public void Dispose()
    {
        _servers.ForEach(s => s.Dispose());
        _scratch.Dispose();
    }

    [Fact]
    public void Fetch_StandaloneServer_DownloadsAndVerifies()
    {
        var (address, _) = Serve(initrdSize: 3 * MiB + 17);

        NativeProcess.Run(0, Client, "fetch", "--server", address, "--key", Key("keys"), "--out", _scratch["out"]);

        Assert.Equal(Scratch.Sha256(_scratch["kernel"]), Scratch.Sha256(_scratch["out/kernel"]));
        Assert.Equal(Scratch.Sha256(_scratch["initrd"]), Scratch.Sha256(_scratch["out/initrd"]));
    }

    [Fact]
    public void Fetch_WrongKey_GetsNothingAndIsLoggedOnce()
    {
        var (address, server) = Serve(initrdSize: MiB);
        _scratch.KeyDirectory("foreign", "stick");

        var output = NativeProcess.Run(1, Client, "fetch", "--server", address, "--key", Key("foreign"), "--out", _scratch["out"]);

        Assert.Contains("key", output, StringComparison.Ordinal);
        Assert.False(File.Exists(_scratch["out/kernel"]) || File.Exists(_scratch["out/initrd"]));
        server.WaitForLine("stranger", TimeSpan.FromSeconds(5));
        Assert.Single(server.Output.Split('\n'), l => l.Contains("stranger", StringComparison.Ordinal));
    }

    /// <summary>The peak memory of both programs must not grow with the size of the file.</summary>
    [Fact]
    public void Fetch_200MiBInitrd_StreamsInConstantMemory()
    {
        const long Limit = 32 * MiB;
        var (address, server) = Serve(initrdSize: 200 * MiB);
        var before = server.PeakResident;

        using var small = NativeProcess.Start(Client, "discover", "--server", address, "--key", Key("keys"));
        Assert.Equal(0, small.WaitForExit(TimeSpan.FromMinutes(1)));
        using var large = NativeProcess.Start(Client, "fetch", "--server", address, "--key", Key("keys"), "--out", _scratch["out"]);
        Assert.Equal(0, large.WaitForExit(TimeSpan.FromMinutes(2)));

        Assert.Equal(Scratch.Sha256(_scratch["initrd"]), Scratch.Sha256(_scratch["out/initrd"]));
        AssertGrowth("server", server.PeakResident - before, Limit);
        AssertGrowth("client", large.PeakResident - small.PeakResident, Limit);
    }

    private static string Client => NativeProcess.Binary("stiefel-client");

    private string Key(string directory) => Path.Combine(_scratch[directory], "stick.key");

    private (string Address, NativeProcess Server) Serve(long initrdSize)
    {
        _scratch.KeyDirectory("keys", "stick");
        var http = Scratch.FreePort();
        var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"),
            "--Boot:Kernel", _scratch.RandomFile("kernel", 9 * MiB + 5), "--Boot:Initrd", _scratch.RandomFile("initrd", initrdSize),
            "--Boot:CommandLine", "root=/dev/vda1 rw", "--Disk:Path", _scratch.RandomFile("disk.img", MiB), "--Keys:Directory", _scratch["keys"],
            "--Http:Listen", $"127.0.0.1:{http}", "--Nbd:Listen", $"127.0.0.1:{Scratch.FreePort()}",
            "--Admin:Listen", $"127.0.0.1:{Scratch.FreePort()}", "--Discovery:Enabled", "false", "--Link:Protection", "none", "--State:Directory", _scratch["state"]);
        _servers.Add(server);
        server.WaitForLine("stiefel: phase serving", TimeSpan.FromSeconds(30));
        return ($"127.0.0.1:{http}", server);
    }

    private static void AssertGrowth(string side, long growth, long limit) => Assert.True(growth < limit,
        string.Create(CultureInfo.InvariantCulture, $"the {side}'s memory grew by {growth / (double)MiB:0.0} MiB; the limit is {limit / MiB} MiB"));
}
