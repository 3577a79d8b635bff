namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the privileges of the programs that listen to the network, as /proc shows them.</summary>
public sealed class PrivilegeTests : IDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(20);

    private readonly Scratch _scratch = new();

    [Fact]
    public void Server_Started_HoldsTheDocumentedCapabilitiesOnly()
    {
        using var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"), Arguments());
        server.WaitForLine("stiefel: phase serving", s_start);
        AssertAsDocumented(server, "stiefel-server");
        Assert.Equal("stiefel-server", File.ReadAllText($"/proc/{server.Id}/comm").Trim());
    }

    [Fact]
    public void Client_Searching_HoldsTheDocumentedCapabilitiesOnly()
    {
        using var spaces = new Namespaces();
        using var client = Namespaces.Start(spaces.Desktop, [NativeProcess.Binary("stiefel-client"), .. Search()]);
        client.WaitForLine("phase searching", s_start);
        AssertAsDocumented(client, "stiefel-client");
    }

    [Fact]
    public void Client_ThatAsksForAddresses_HoldsOneMore()
    {
        using var spaces = new Namespaces();
        using var foreign = ForeignDhcp.Start(spaces.Laptop, "cable0", "192.168.77");
        using var client = Namespaces.Start(spaces.Desktop, [NativeProcess.Binary("stiefel-client"), .. Search(), "--dhcp"]);
        client.WaitForLine("far has the address 192.168.77.", s_start);
        AssertAsDocumented(client, "stiefel-client", "stiefel-client with DHCP");
    }

    [Fact]
    public void Autokexec_Listening_HoldsTheDocumentedCapabilitiesOnly()
    {
        using var spaces = new Namespaces();
        using var laptop = Namespaces.Start(spaces.Laptop, NativeProcess.Binary("stiefel"), "autokexec", "--dry-run",
            "--config", _scratch.AutokexecConfiguration("broadcast: true"), "--directory", _scratch.KeyDirectory("keys", "stick"));
        laptop.WaitForLine("listening for calls", s_start);
        AssertAsDocumented(laptop, "stiefel autokexec");
    }

    /// <summary>Inheritable capabilities from the parent must be dropped too: the bounding set does not limit them.</summary>
    [Theory]
    [InlineData("--inh-caps=+sys_ptrace,+net_raw")]
    [InlineData("--inh-caps=+sys_ptrace,+net_raw", "--ambient-caps=+sys_ptrace")]
    public void Client_StartedWithInheritedCapabilities_HoldsTheDocumentedCapabilitiesOnly(params string[] left)
    {
        using var spaces = new Namespaces();
        using var client = Namespaces.Start(spaces.Desktop, ["setpriv", .. left, NativeProcess.Binary("stiefel-client"), .. Search()]);
        client.WaitForLine("phase searching", s_start);
        AssertAsDocumented(client, "stiefel-client");
    }

    [Theory]
    [InlineData]
    [InlineData("--no-new-privs")]
    public void Client_StartedByAnybodyWithAmbientCapabilities_HoldsNone(params string[] more)
    {
        using var spaces = new Namespaces();
        var program = _scratch["stiefel-client"];
        File.Copy(NativeProcess.Binary("stiefel-client"), program);
        var search = Search();
        NativeProcess.Run(0, "chmod", "-R", "a+rwX", _scratch.Root);
        NativeProcess.Run(0, "chown", "-R", "65534:65534", _scratch["keys"]);
        NativeProcess.Run(0, "chmod", "-R", "go-rwx", _scratch["keys"]);
        using var client = Namespaces.Start(spaces.Desktop,
        [
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+sys_ptrace,+net_admin", "--ambient-caps=+sys_ptrace,+net_admin",
            .. more, program, .. search,
        ]);
        client.WaitForLine("phase searching", s_start);

        string none = new('0', 16);
        Assert.All(Directory.GetDirectories($"/proc/{client.Id}/task").Select(Status), status => Assert.Equal(
            (none, none, none, none), (status["CapPrm"], status["CapEff"], status["CapInh"], status["CapAmb"])));
    }

    [Fact]
    public void Server_StartedByAnybody_IsNotReadableByItsUser()
    {
        var arguments = Arguments();
        // Run a copy, because the published file may be in a directory that only root can enter.
        var program = _scratch["stiefel-server"];
        File.Copy(NativeProcess.Binary("stiefel-server"), program);
        NativeProcess.Run(0, "chmod", "-R", "a+rwX", _scratch.Root);
        using var server = NativeProcess.Start("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", program, .. arguments]);
        server.WaitForLine("stiefel: phase serving", s_start);

        Assert.Equal(new string('0', 16), Status($"/proc/{server.Id}")["CapEff"]);
        Assert.Equal("1", Status($"/proc/{server.Id}")["NoNewPrivs"]);
        // The files in /proc of a process that is not dumpable belong to root, even if another user runs it (proc(5)).
        Assert.Equal("0", NativeProcess.Run(0, "stat", "-c", "%u", $"/proc/{server.Id}/mem").Trim());
    }

    public void Dispose() => _scratch.Dispose();

    private static void AssertAsDocumented(NativeProcess process, params string[] programs)
    {
        var expected = SecurityDocument.Capabilities(programs);

        // Check every thread, because each has its own capabilities.
        var threads = Directory.GetDirectories($"/proc/{process.Id}/task");
        Assert.True(threads.Length > 1);
        Assert.All(threads, thread =>
        {
            var status = Status(thread);
            Assert.Equal((expected, expected, expected), (status["CapPrm"], status["CapEff"], status["CapBnd"]));
            Assert.Equal((new string('0', 16), new string('0', 16)), (status["CapInh"], status["CapAmb"]));
            Assert.Equal("1", status["NoNewPrivs"]);
        });
        // The limit must be 1, because with 0 the kernel still pipes core dumps to a program (core(5)).
        Assert.Matches("(?m)^Max core file size +1 +1 ", File.ReadAllText($"/proc/{process.Id}/limits"));
    }

    private static Dictionary<string, string> Status(string directory) => File.ReadLines(Path.Combine(directory, "status"))
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    private string[] Search() =>
        ["boot", "--until-loading", "--key", Path.Combine(_scratch.KeyDirectory("keys", "stick"), "stick.key"), "--attach", _scratch.RandomFile("attach", 1)];

    private string[] Arguments() =>
    [
        "--Disk:Path", _scratch.RandomFile("disk.img", 1 << 20), "--Nbd:Access", "open", "--Nbd:ExportName", "x",
        "--Nbd:Listen", $"127.0.0.1:{Scratch.FreePort()}", "--State:Directory", _scratch["state"],
    ];
}
