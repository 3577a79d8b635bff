using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Stiefel.EndToEnd.Native;

/// <summary>A man in the middle, in a namespace between desktop and laptop: accepts the desktop's requests as if it were the laptop, and answers as the test tells it.</summary>
internal sealed class Middleman : IDisposable
{
    private readonly Socket _listener;
    private readonly HttpClient _http;
    private readonly IPEndPoint _laptop;

    public Middleman(string space, IPEndPoint here, IPEndPoint laptop)
    {
        _laptop = laptop;
        _listener = Namespaces.Within(space, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(here);
            socket.Listen();
            return socket;
        });
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = (context, token) => ConnectAsync(space, context.DnsEndPoint, token),
        });
        Act = ForwardAsync;
        _ = AcceptAsync();
    }

    /// <summary>Handles a request; returning null breaks the connection without an answer.</summary>
    public Func<Asked, Task<Answered?>> Act { get; set; }

    /// <summary>The requests received, in order, since the queue was last cleared.</summary>
    public ConcurrentQueue<Asked> Requests { get; } = [];

    /// <summary>The laptop's answers to requests that were forwarded unchanged.</summary>
    public ConcurrentQueue<Answered> Answers { get; } = [];

    /// <summary>The exceptions thrown by <see cref="Act"/>, such as failed assertions.</summary>
    public ConcurrentQueue<Exception> Problems { get; } = [];

    /// <summary>Forwards a request unchanged, and keeps the answer.</summary>
    public async Task<Answered?> ForwardAsync(Asked asked)
    {
        var answer = await SendAsync(asked);
        Answers.Enqueue(answer);
        return answer;
    }

    /// <summary>Sends a request to the laptop, or to another one.</summary>
    public async Task<Answered> SendAsync(Asked asked, IPEndPoint? laptop = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{laptop ?? _laptop}{asked.Path}") { Content = new ByteArrayContent(asked.Body) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        using var response = await _http.SendAsync(request);
        response.Headers.Date = null;
        return new Answered((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), $"{response.Headers}{response.Content.Headers}");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _http.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(string space, DnsEndPoint to, CancellationToken token)
    {
        var socket = Namespaces.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        await socket.ConnectAsync(IPAddress.Parse(to.Host), to.Port, token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed because the test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            while (await ReadAsync(stream) is { } asked)
            {
                Requests.Enqueue(asked);
                if (await Act(asked) is not { } answer)
                {
                    return;
                }

                var head = $"HTTP/1.1 {answer.Status} So\r\nContent-Type: application/octet-stream\r\nContent-Length: {answer.Body.Length + answer.Missing}\r\n\r\n";
                await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. answer.Body]);
                if (answer.Missing > 0)
                {
                    return;
                }
            }
        }
        catch (IOException)
        {
            // The desktop closed the connection.
        }
        catch (Exception e)
        {
            Problems.Enqueue(e);
        }
    }

    /// <summary>Reads the next request; null at the end of the connection.</summary>
    private static async Task<Asked?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        var body = new byte[length is null ? 0 : int.Parse(length.Split(' ')[1])];
        await stream.ReadExactlyAsync(body);
        return new Asked(lines[0].Split(' ')[1], body);
    }
}
