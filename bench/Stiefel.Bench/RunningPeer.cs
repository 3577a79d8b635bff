using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.Bench;

/// <summary>A started peer: its address, and its processor time and peak memory including child processes.</summary>
internal sealed class RunningPeer : IDisposable
{
    private const double TicksPerSecond = 100;   // USER_HZ, man 5 proc

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    public RunningPeer(Peer peer, string file, string work)
    {
        var port = FreePort();
        Uri = $"nbd://127.0.0.1:{port}/x";
        var pidFile = peer.PidFile is { } name ? Path.Combine(work, name) : null;
        if (pidFile is not null)
        {
            File.Delete(pidFile);
        }

        var started = Process.Start(peer.Start(file, port, work))!;
        started.OutputDataReceived += (_, _) => { };
        started.ErrorDataReceived += (_, _) => { };
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        WaitForPort(port, peer.Name);
        _process = pidFile is null ? started : Process.GetProcessById(int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture));
    }

    public string Uri { get; }

    /// <summary>User and system seconds of the process and its children, including ended ones.</summary>
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
            return 0;   // a child that has just ended is included in its parent's sums
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

    private static void WaitForPort(int port, string name)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_startLimit; Thread.Sleep(20))
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                // the server does not listen yet
            }
        }

        throw new InvalidOperationException($"{name} does not listen after {s_startLimit.TotalSeconds} s; check that it is installed");
    }
}
