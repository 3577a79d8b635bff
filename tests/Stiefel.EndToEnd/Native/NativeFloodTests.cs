using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.EndToEnd.Native;

/// <summary>Fills all ports at once with idle connections of strangers, and floods the datagram port: a desktop with a key still gets its files, and the server stays small.</summary>
public sealed class NativeFloodTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const int ConnectionsPerPort = 600;
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(3);

    private readonly Scratch _scratch = new();
    private readonly List<Socket> _strangers = [];
    private readonly int _boot = Scratch.FreePort();
    private readonly int _admin = Scratch.FreePort();
    private readonly int _nbd = Scratch.FreePort();
    private readonly int _discovery = Scratch.FreePort();

    [Fact]
    public async Task EveryPort_FloodedAtOnce_ADesktopBootsAndTheServerStaysSmall()
    {
        using var server = Serve();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var datagrams = Task.Run(() => SendDatagrams(stop.Token), stop.Token);
        string[] beginnings = ["", "POST /v1/discovery HTTP/1.1\r\nHost: x\r\nX-Slow: ", "IHAVEOPT\0\0\0\u0007\u007f\u00ff\u00ff\u00ff", "\u0016\u0003\u0001\u0002\0"];
        for (var i = 0; i < ConnectionsPerPort; i++)
        {
            foreach (var port in new[] { _boot, _admin, _nbd })
            {
                Connect(port, beginnings[i % beginnings.Length]);
            }
        }

        var client = NativeProcess.Binary("stiefel-client");
        NativeProcess.Run(0, client, "fetch", "--server", $"127.0.0.1:{_boot}", "--key", Path.Combine(_scratch["keys"], "stick.key"), "--out", _scratch["out"]);

        Assert.Equal(Scratch.Sha256(_scratch["initrd"]), Scratch.Sha256(_scratch["out/initrd"]));
        Assert.InRange(server.PeakResident, 1, 192 * MiB);
        await stop.CancelAsync();
        await datagrams;

        // Idle connections must cost no processor time, because they wait in the kernel.
        using var process = Process.GetProcessById(server.Id);
        var before = process.TotalProcessorTime;
        await Task.Delay(s_quiet, TestContext.Current.CancellationToken);
        process.Refresh();
        Assert.InRange(process.TotalProcessorTime - before, TimeSpan.Zero, s_quiet / 3);
        Assert.False(server.HasExited);
    }

    public void Dispose()
    {
        _strangers.ForEach(stranger => stranger.Dispose());
        _scratch.Dispose();
    }

    private NativeProcess Serve()
    {
        _scratch.KeyDirectory("keys", "stick");
        var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"),
            "--Boot:Kernel", _scratch.RandomFile("kernel", MiB), "--Boot:Initrd", _scratch.RandomFile("initrd", 8 * MiB),
            "--Boot:CommandLine", "root=/dev/vda1 rw", "--Disk:Path", _scratch.RandomFile("disk.img", MiB), "--Keys:Directory", _scratch["keys"],
            "--Http:Listen", $"127.0.0.1:{_boot}", "--Nbd:Listen", $"127.0.0.1:{_nbd}", "--Admin:Listen", $"127.0.0.1:{_admin}",
            "--Link:Protection", "none", "--Discovery:Port", $"{_discovery}", "--State:Directory", _scratch["state"]);
        server.WaitForLine("stiefel: phase serving", TimeSpan.FromSeconds(30));
        return server;
    }

    private void Connect(int port, string beginning)
    {
        var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _strangers.Add(stranger);
        try
        {
            stranger.Connect(IPAddress.Loopback, port);
            stranger.Send(System.Text.Encoding.Latin1.GetBytes(beginning));
        }
        catch (SocketException)
        {
            // The server has closed the connection already, to make room for another.
        }
    }

    private void SendDatagrams(CancellationToken token)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var junk = new byte[64];
        "STFD\u0001\u0001"u8.CopyTo(junk);
        var server = new IPEndPoint(IPAddress.Loopback, _discovery);
        // Limit the number, so that the flood ends by itself.
        for (var left = 300_000; left > 0 && !token.IsCancellationRequested; left--)
        {
            junk[63] = (byte)left;
            try
            {
                socket.SendTo(junk, server);
            }
            catch (SocketException)
            {
                // The kernel's send queue is full.
            }
        }
    }
}
