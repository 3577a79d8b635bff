namespace Stiefel.EndToEnd.Native;

/// <summary>`stiefel-server` with an open export, started as a person might: under a limit, with a fault injected, on a file of any kind.</summary>
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

    /// <summary>Waits until it serves.</summary>
    /// <param name="disk">The file.</param>
    /// <param name="before">A program that starts it, with its arguments.</param>
    /// <param name="settings">Further ones.</param>
    public static OpenServer Start(string disk, string[]? before = null, string[]? settings = null)
    {
        var server = new OpenServer(disk, before ?? [], settings ?? []);
        server.Process.WaitForLine("stiefel: phase serving", s_start);
        return server;
    }

    /// <summary>One that is to end by itself: its exit code and output.</summary>
    public static (int ExitCode, string Output) Fail(string disk, params string[] settings)
    {
        using var server = new OpenServer(disk, [], settings);
        return (server.Process.WaitForExit(s_start), server.Process.Output);
    }

    /// <summary>Runs lines of Python on a connection `h` of libnbd, by the Python that Debian's libnbd is for; they must succeed.</summary>
    public string Shell(string script) => NativeProcess.Run(0, "env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "nbdsh", "-u", Uri, "-c", script);

    public void Dispose()
    {
        Process.Dispose();
        _scratch.Dispose();
    }
}
