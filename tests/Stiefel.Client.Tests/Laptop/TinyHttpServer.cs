using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Stiefel.Client.Tests.Laptop;

/// <summary>Serves just enough HTTP/1.1 for a test: one request per connection, and closing the connection ends the answer.</summary>
internal sealed class TinyHttpServer : IDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private bool _disposed;

    /// <summary>Starts listening; the socket belongs to the network namespace of the calling thread.</summary>
    public TinyHttpServer(IPEndPoint endpoint)
    {
        _listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(endpoint);
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Makes status and body from path and body. With a status of 0 it never answers.</summary>
    public Func<string, byte[], Task<(int Status, byte[] Body)>> Answer { get; set; } = (_, _) => Task.FromResult((404, Array.Empty<byte>()));

    /// <summary>A text that is sent instead of a valid status line.</summary>
    public string? StatusLine { get; init; }

    public int Port { get; }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _stop.Cancel();
            _stop.Dispose();
            _listener.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            // The listener throws once it is disposed of, which ends the task.
            var connection = await _listener.AcceptAsync();
            _ = ServeAsync(new NetworkStream(connection, ownsSocket: true));
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        await using (stream)
        {
            var head = await ReadHeadAsync(stream);
            var path = head.Split(' ')[1];
            var length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            var body = new byte[int.Parse(length?["Content-Length:".Length..] ?? "0")];
            await stream.ReadExactlyAsync(body);

            var (status, answer) = await Answer(path, body);
            if (status == 0)
            {
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }

            await stream.WriteAsync(Encoding.Latin1.GetBytes($"{StatusLine ?? $"HTTP/1.1 {status} Whatever"}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(answer);
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count > 4 && head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray())))
        {
            await stream.ReadExactlyAsync(one);
            head.Add(one[0]);
        }

        return Encoding.ASCII.GetString([.. head]);
    }
}
