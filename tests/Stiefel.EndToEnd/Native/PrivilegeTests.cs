namespace Stiefel.EndToEnd.Native;

/// <summary>What a running server may do, read from /proc as the kernel tells it.</summary>
public sealed class PrivilegeTests : IDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(20);

    private readonly Scratch _scratch = new();

    [Fact]
    public void Server_Started_HoldsTheDocumentedCapabilitiesOnly()
    {
        using NativeProcess server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"), Arguments());
        server.WaitForLine("stiefel: phase serving", s_start);
        string expected = SecurityDocument.Capabilities("stiefel-server");

        // Each thread has its own.
        string[] threads = Directory.GetDirectories($"/proc/{server.Id}/task");
        Assert.True(threads.Length > 1);
        Assert.All(threads, thread =>
        {
            Dictionary<string, string> status = Status(thread);
            Assert.Equal((expected, expected, expected), (status["CapPrm"], status["CapEff"], status["CapBnd"]));
            Assert.Equal((new string('0', 16), new string('0', 16)), (status["CapInh"], status["CapAmb"]));
            Assert.Equal("1", status["NoNewPrivs"]);
        });
        Assert.Matches("(?m)^Max core file size +0 +0 ", File.ReadAllText($"/proc/{server.Id}/limits"));
        Assert.Equal("stiefel-server", File.ReadAllText($"/proc/{server.Id}/comm").Trim());
    }

    [Fact]
    public void Server_StartedByAnybody_IsNotReadableByItsUser()
    {
        string[] arguments = Arguments();
        // The copy, since the published file may lie where only root comes to.
        string program = _scratch["stiefel-server"];
        File.Copy(NativeProcess.Binary("stiefel-server"), program);
        NativeProcess.Run(0, "chmod", "-R", "a+rwX", _scratch.Root);
        using NativeProcess server = NativeProcess.Start("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", program, .. arguments]);
        server.WaitForLine("stiefel: phase serving", s_start);

        Assert.Equal(new string('0', 16), Status($"/proc/{server.Id}")["CapEff"]);
        Assert.Equal("1", Status($"/proc/{server.Id}")["NoNewPrivs"]);
        // A process that must not be dumped belongs to root in /proc, whoever runs it (man 5 proc).
        Assert.Equal("0", NativeProcess.Run(0, "stat", "-c", "%u", $"/proc/{server.Id}/mem").Trim());
    }

    public void Dispose() => _scratch.Dispose();

    private static Dictionary<string, string> Status(string directory) => File.ReadLines(Path.Combine(directory, "status"))
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    private string[] Arguments() =>
    [
        "--Disk:Path", _scratch.RandomFile("disk.img", 1 << 20), "--Nbd:Access", "open", "--Nbd:ExportName", "x",
        "--Nbd:Listen", $"127.0.0.1:{Scratch.FreePort()}", "--State:Directory", _scratch["state"],
    ];
}
