using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stiefel.Server.Tests.Page;

/// <summary>A client of the browser's DevTools protocol (https://chromedevtools.github.io/devtools-protocol/): commands with their answers, and events of each tab.</summary>
internal sealed class DevTools : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _asked = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonObject>> _heard = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private int _last;

    public static async Task<DevTools> ConnectAsync(Uri address, CancellationToken token)
    {
        var tools = new DevTools();
        await tools._socket.ConnectAsync(address, token);
        _ = Task.Run(tools.ReceiveAsync, CancellationToken.None);
        return tools;
    }

    /// <summary>Passes events of this tab to a handler from now on.</summary>
    public void Hear(string session, Action<string, JsonObject> heard) => _heard[session] = heard;

    /// <exception cref="InvalidOperationException">The browser refused the command.</exception>
    public async Task<JsonObject> AskAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _asked[id] = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await _sending.WaitAsync(CancellationToken.None);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        var told = await answer.Task.WaitAsync(TimeLimit.Seconds(60));
        return told["error"] is { } error ? throw new InvalidOperationException($"{method}: {error}") : told["result"]!.AsObject();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Take(JsonNode.Parse(message.ToArray())!.AsObject());
                    message.SetLength(0);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or JsonException)
        {
            foreach (var asked in _asked.Values)
            {
                asked.TrySetException(new InvalidOperationException("the browser has ended", e));
            }
        }
    }

    private void Take(JsonObject message)
    {
        if (message["id"] is { } id)
        {
            _asked.TryRemove(id.GetValue<int>(), out var asked);
            asked?.TrySetResult(message);
        }
        else if (message["sessionId"] is { } session && _heard.TryGetValue(session.GetValue<string>(), out var heard))
        {
            heard(message["method"]!.GetValue<string>(), message["params"]!.AsObject());
        }
    }
}
