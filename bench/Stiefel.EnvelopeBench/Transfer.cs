using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.EnvelopeBench;

/// <summary>Transfers the same initrd from one process to another, sealed and in plain HTTP in turns.</summary>
internal sealed class Transfer(string work, EnvelopeOptions options)
{
    private const double Mega = 1e6;

    /// <param name="cable">The cable between the two processes; null for plain loopback.</param>
    public IReadOnlyList<Row> Run(SlowCable? cable)
    {
        // Every port is free in a new namespace.
        var port = cable is null ? FreePort() : 4644;
        var where = cable is null ? "loopback" : $"{cable.Megabit} Mbit/s";
        using var server = Start(cable, "serve", work, $"{port}");
        try
        {
            Fetch(cable, port, 1, server); // warm up, and fill the page cache
            var before = PeakKiB(server);
            var samples = Fetch(cable, port, options.Rounds, server);
            var peak = PeakKiB(server);
            Console.WriteLine($"{where}: peak memory of the server {peak / 1024} MiB, {(peak - before) / 1024} MiB more than after the first round");
            var bytes = options.MegaBytes * Mega;
            return
            [
                Row.Of($"transfer, plain HTTP, {where}", bytes, samples.Where(s => s.What == "plain")),
                Row.Of($"transfer, plain HTTP and SHA-256, {where}", bytes, samples.Where(s => s.What == "compared")),
                Row.Of($"transfer, sealed and SHA-256, {where}", bytes, samples.Where(s => s.What == "sealed")),
            ];
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }
    }

    private static Process Start(SlowCable? cable, params string[] arguments)
    {
        var command = (string[])[.. cable?.Enter ?? [], Environment.ProcessPath!, .. arguments];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
    }

    private List<Sample> Fetch(SlowCable? cable, int port, int rounds, Process server)
    {
        using var client = Start(cable, "fetch", work, $"{port}", $"{rounds}");
        var samples = new List<Sample>();
        server.Refresh();
        var before = server.TotalProcessorTime;
        while (client.StandardOutput.ReadLine() is { } line)
        {
            server.Refresh();
            var part = line.Split(' ');
            var own = server.TotalProcessorTime;
            samples.Add(new Sample(part[0], Number(part[1]), Number(part[2]), (own - before).TotalSeconds));
            before = own;
        }

        client.WaitForExit();
        return client.ExitCode == 0 ? samples : throw new InvalidOperationException("the fetching process failed; see above");
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static long PeakKiB(Process process) => long.Parse(
        File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^2].Trim(), CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
