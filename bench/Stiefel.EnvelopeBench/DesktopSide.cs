using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Stiefel.Client.Laptop;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.Client.Unlocking;
using Stiefel.Linux.Kexec;

namespace Stiefel.EnvelopeBench;

/// <summary>Receives the initrd into memory with the client's own code, as before kexec, sealed and plain in turns.</summary>
internal static class DesktopSide
{
    private const int PlainBuffer = 64 * 1024;

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);

    /// <summary>Prints one line for each transfer: its kind, bytes per second, and processor seconds of this process.</summary>
    public static async Task<int> RunAsync(string directory, int port, int rounds)
    {
        using var key = KeyFile.Load(Path.Combine(directory, "keys", "bench.key"));
        var server = FoundServer.AtAddress(new IPEndPoint(IPAddress.Loopback, port));
        var screen = new BootScreen(TextWriter.Null, canRedraw: false, TimeProvider.System);
        await WaitAsync(server.Endpoint);
        using var laptop = await BootClient.ConnectAsync(server, key, CancellationToken.None);
        for (var round = 0; round < rounds; round++)
        {
            await MeasureAsync("plain", sink => FetchPlainAsync(server, body => body.CopyToAsync(sink, PlainBuffer)));
            await MeasureAsync("compared", sink => FetchPlainAsync(server, body => StreamedFile.CopyAsync(
                body, sink, laptop.Manifest.Initrd, screen.Follow("initrd", laptop.Manifest.Initrd.Size), CancellationToken.None)));
            await MeasureAsync("sealed", sink => laptop.FetchInitrdAsync(sink, screen.Follow("initrd", laptop.Manifest.Initrd.Size), CancellationToken.None));
        }

        return 0;
    }

    // Wait for the other process, which may still be starting.
    private static async Task WaitAsync(IPEndPoint endpoint)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(endpoint);
                return;
            }
            catch (SocketException) when (clock.Elapsed < s_startLimit)
            {
            }
        }
    }

    private static async Task MeasureAsync(string what, Func<Stream, Task> fetch)
    {
        using var sink = MemoryFile.Create(what);
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await fetch(sink.Writer);
        var seconds = clock.Elapsed.TotalSeconds;
        processor = Environment.CpuUsage.TotalTime - processor;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {sink.Length / seconds:0} {processor.TotalSeconds:0.000}"));
    }

    private static async Task FetchPlainAsync(FoundServer server, Func<Stream, Task> copy)
    {
        using var http = LaptopHttp.Create(server);
        using var response = await http.GetAsync(LaptopSide.PlainPath, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        await copy(body);
    }
}
