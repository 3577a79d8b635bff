using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.Bench;

/// <summary>A server under test: how it is started on a port of loopback with a file to serve.</summary>
internal sealed record Peer(string Name, Func<string, int, string, ProcessStartInfo> Start)
{
    public const string Ours = "stiefel";
    public const string Limit = "limit";

    public static IReadOnlyList<Peer> All(string binaries) =>
    [
        new(Ours, (file, port, work) => Command(Path.Combine(binaries, "stiefel-server"), "--Disk:Path", file, "--Nbd:Access", "open",
            "--Nbd:ExportName", "x", "--Nbd:Listen", $"127.0.0.1:{port}", "--State:Directory", work)),
        new("nbdkit", (file, port, _) => Command("nbdkit", "-f", "-i", "127.0.0.1", "-p", $"{port}", "-e", "x", "file", file)),
        new("qemu-nbd", (file, port, _) => Command("qemu-nbd", "-t", "-e", "1024", "-b", "127.0.0.1", "-p", $"{port}", "-x", "x", "-f", "raw", "--cache=writeback", file)),
        new("nbd-server", StartNbdServer),
        new(Limit, (file, port, _) => Command(Environment.ProcessPath!, "limit", $"{port}", $"{new FileInfo(file).Length}")),
    ];

    private static ProcessStartInfo StartNbdServer(string file, int port, string work)
    {
        var config = Path.Combine(work, "nbd-server.conf");
        File.WriteAllText(config, $"[generic]\nport = {port}\nlistenaddr = 127.0.0.1\n[x]\nexportname = {file}\nflush = true\nfua = true\ntrim = true\n");
        return Command("nbd-server", "-d", "-C", config);
    }

    private static ProcessStartInfo Command(string program, params string[] arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
}

/// <summary>A started peer: its address, processor time and peak memory, children included.</summary>
internal sealed class RunningPeer : IDisposable
{
    private const double TicksPerSecond = 100;   // USER_HZ, man 5 proc

    private readonly Process _process;

    public RunningPeer(Peer peer, string file, string work)
    {
        var port = FreePort();
        Uri = $"nbd://127.0.0.1:{port}/x";
        _process = Process.Start(peer.Start(file, port, work))!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        WaitForPort(port, peer.Name);
    }

    public string Uri { get; }

    /// <summary>User and system seconds of the process and its children, ended ones too.</summary>
    public double CpuSeconds => Tree().Sum(id => Stat(id, 13) + Stat(id, 14)) + Stat(_process.Id, 15) + Stat(_process.Id, 16);

    /// <summary>Sum of the peaks (VmHWM) of the process and its living children, in KiB.</summary>
    public long PeakKiB => Tree().Sum(PeakOf);

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private IEnumerable<int> Tree()
    {
        var children = $"/proc/{_process.Id}/task/{_process.Id}/children";
        var ids = File.Exists(children) ? File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        return ids.Select(int.Parse).Prepend(_process.Id);
    }

    private static double Stat(int id, int field)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return double.Parse(fields[field - 2], CultureInfo.InvariantCulture) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;   // a child that just ended is in its parent's sums
        }
    }

    private static long PeakOf(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line["VmHWM:".Length..^2].Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void WaitForPort(int port, string name)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(10); Thread.Sleep(20))
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                // not listening yet
            }
        }

        throw new InvalidOperationException($"{name} does not listen: is it installed?");
    }
}
