using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Qmp;

/// <summary>A connection to QEMU's monitor (QEMU docs/interop/qmp-spec), which sends commands and receives answers and events.</summary>
public sealed class QmpClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<QmpMessage>> _waiting = new();
    private readonly List<(Predicate<QmpMessage> Wanted, TaskCompletionSource<QmpMessage> Found)> _eventWaiters = [];
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Task _reading;
    private long _lastId;
    private volatile bool _ended;

    private QmpClient(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Takes ownership of a connected socket and switches the monitor to command mode.</summary>
    public static async Task<QmpClient> StartAsync(Socket socket, CancellationToken token)
    {
        var client = new QmpClient(socket);
        await client.ExecuteAsync("qmp_capabilities", null, token);
        return client;
    }

    /// <summary>Runs a command and returns its answer.</summary>
    /// <exception cref="QmpException">QEMU refused it, ended, or did not answer in time.</exception>
    public Task<QmpMessage> ExecuteAsync(string command, JsonObject? arguments, CancellationToken token) =>
        ExecuteAsync(command, arguments, TimeLimits.MonitorCommand, token);

    /// <summary>Runs a command with a given time limit and returns its answer.</summary>
    /// <exception cref="QmpException">QEMU refused it, ended, or did not answer in time.</exception>
    public async Task<QmpMessage> ExecuteAsync(string command, JsonObject? arguments, TimeSpan limit, CancellationToken token)
    {
        var deadline = new Deadline(limit);
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<QmpMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        var message = new JsonObject { ["execute"] = command, ["id"] = id };
        if (arguments is not null)
        {
            message["arguments"] = arguments;
        }

        try
        {
            await SendAsync(message.ToJsonString() + "\n", token);
            if (_ended)
            {
                throw new QmpException($"QEMU ended before it answered {command}");
            }

            await deadline.WaitAsync(answer.Task, token);
            var got = await answer.Task;
            return got.Kind == QmpMessageKind.Error ? throw new QmpException($"QEMU refused {message.ToJsonString()}: {got.Text}") : got;
        }
        catch (TimeoutException)
        {
            throw new QmpException($"QEMU did not answer {command} within {deadline}");
        }
        catch (SocketException error)
        {
            throw new QmpException($"cannot send {command} to QEMU: {error.Message}");
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Waits for the next matching event after this call; call it before the action that causes the event.</summary>
    public Task<QmpMessage> NextEventAsync(string name, Predicate<QmpMessage> wanted, TimeSpan limit, CancellationToken token)
    {
        var found = new TaskCompletionSource<QmpMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_eventWaiters)
        {
            _eventWaiters.Add((message => message.Text == name && wanted(message), found));
        }

        return WaitAsync();

        async Task<QmpMessage> WaitAsync()
        {
            var deadline = new Deadline(limit);
            try
            {
                await deadline.WaitAsync(found.Task, token);
                return await found.Task;
            }
            catch (TimeoutException)
            {
                throw new QmpException($"QEMU did not report {name} within {deadline}");
            }
            finally
            {
                lock (_eventWaiters)
                {
                    _eventWaiters.RemoveAll(waiter => waiter.Found == found);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
        _reader.Dispose();
        _sending.Dispose();
    }

    private async Task SendAsync(string text, CancellationToken token)
    {
        await _sending.WaitAsync(token);
        try
        {
            for (ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(text); rest.Length > 0;)
            {
                rest = rest[await _socket.SendAsync(rest, token)..];
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var reason = "QEMU ended";
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
            {
                Dispatch(QmpMessage.Parse(line));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidDataException)
        {
            reason = $"the connection to QEMU's monitor broke: {error.Message}";
        }

        _ended = true;
        foreach (var waiting in _waiting.Values)
        {
            waiting.TrySetException(new QmpException(reason));
        }

        lock (_eventWaiters)
        {
            _eventWaiters.ForEach(waiter => waiter.Found.TrySetException(new QmpException(reason)));
        }
    }

    private void Dispatch(QmpMessage message)
    {
        if (message.Kind == QmpMessageKind.Event)
        {
            lock (_eventWaiters)
            {
                _eventWaiters.FindAll(waiter => waiter.Wanted(message)).ForEach(waiter => waiter.Found.TrySetResult(message));
            }
        }
        else if (_waiting.TryGetValue(message.Id, out var waiting))
        {
            waiting.TrySetResult(message);
        }
    }
}
