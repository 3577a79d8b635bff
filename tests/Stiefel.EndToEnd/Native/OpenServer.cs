namespace Stiefel.EndToEnd.Native;

/// <summary>A running `stiefel-server` with an open export, which can be started under a resource limit, with injected faults, or on a file of any kind.</summary>
internal sealed class OpenServer : IDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();

    private OpenServer(string disk, string[] before, string[] settings)
    {
        var port = Scratch.FreePort();
        Uri = $"nbd://127.0.0.1:{port}/x";
        string[] command =
        [
            .. before, NativeProcess.Binary("stiefel-server"), "--Disk:Path", disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x",
            "--Nbd:Listen", $"127.0.0.1:{port}", "--State:Directory", _scratch["state"], .. settings,
        ];
        Process = NativeProcess.Start(command[0], command[1..]);
    }

    public string Uri { get; }

    public NativeProcess Process { get; }

    /// <summary>Starts a server and waits until it serves.</summary>
    /// <param name="disk">The file to serve.</param>
    /// <param name="before">A program that starts the server, with its arguments; null for none.</param>
    /// <param name="settings">Further settings of the server; null for none.</param>
    public static OpenServer Start(string disk, string[]? before = null, string[]? settings = null)
    {
        var server = new OpenServer(disk, before ?? [], settings ?? []);
        server.Process.WaitForLine("stiefel: phase serving", s_start);
        return server;
    }

    /// <summary>Starts a server that must end by itself; returns its exit code and output.</summary>
    public static (int ExitCode, string Output) Fail(string disk, params string[] settings)
    {
        using var server = new OpenServer(disk, [], settings);
        return (server.Process.WaitForExit(s_start), server.Process.Output);
    }

    /// <summary>Runs Python code on a libnbd connection `h`, with the Python that Debian's libnbd is built for; it must succeed.</summary>
    public string Shell(string script) => NativeProcess.Run(0, "env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "nbdsh", "-u", Uri, "-c", script);

    public void Dispose()
    {
        Process.Dispose();
        _scratch.Dispose();
    }
}
