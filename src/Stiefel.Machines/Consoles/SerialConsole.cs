using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Consoles;

/// <summary>
/// The serial console of a virtual machine. It logs the printed lines with their times and passes them to a listener, and
/// offers expect and send. A match consumes its text and everything before it.
/// </summary>
public sealed class SerialConsole : IAsyncDisposable
{
    // Limits the output that is kept while nothing waits for it.
    private const int MaxUnreadCharacters = 4 * 1024 * 1024;
    private const int TailLines = 60;

    private readonly string _name;
    private readonly Socket _socket;
    private readonly ConsoleLog _log;
    private readonly Action<string, bool> _onLine;
    private readonly TerminalText _terminal = new();
    private readonly StringBuilder _unread = new();
    private readonly StringBuilder _line = new();
    private readonly Queue<string> _tail = new();
    private readonly Lock _lock = new();
    private readonly Task _reading;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _failure;

    /// <param name="name">The machine's name, for messages.</param>
    /// <param name="socket">A socket connected to the machine's serial port; this object owns it from now on.</param>
    /// <param name="log">Receives every line; this object owns it from now on.</param>
    /// <param name="onLine">Called with true for every complete line, and with false while a line grows, because a prompt has no line feed.</param>
    public SerialConsole(string name, Socket socket, ConsoleLog log, Action<string, bool> onLine)
    {
        (_name, _socket, _log, _onLine) = (name, socket, log, onLine);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>A line that contains one of these texts makes every wait fail at once.</summary>
    public static IReadOnlyList<string> FatalTexts { get; } = ["Kernel panic - not syncing", "end Kernel panic"];

    /// <summary>The last lines printed.</summary>
    public IReadOnlyList<string> Tail
    {
        get
        {
            lock (_lock)
            {
                return _line.Length > 0 ? [.. _tail, _line.ToString()] : [.. _tail];
            }
        }
    }

    /// <summary>Types a line.</summary>
    public async Task SendLineAsync(string text, CancellationToken token) => await SendAsync(text + "\n", token);

    /// <summary>Types characters.</summary>
    /// <exception cref="MachineException">The machine has ended.</exception>
    public async Task SendAsync(string text, CancellationToken token)
    {
        try
        {
            for (ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(text); rest.Length > 0;)
            {
                rest = rest[await _socket.SendAsync(rest, token)..];
            }
        }
        catch (SocketException error)
        {
            throw new MachineException($"{_name}: the connection to the serial console is lost: {error.Message}");
        }
    }

    /// <summary>Waits until the pattern appears in the output since the last match.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="token">Cancels the wait.</param>
    /// <param name="name">What the pattern stands for, in messages; null for the pattern itself.</param>
    /// <exception cref="MachineException">The pattern did not appear in time, or the machine failed.</exception>
    public async Task<Match> WaitForAsync(Regex pattern, TimeSpan limit, CancellationToken token, string? name = null)
    {
        var deadline = new Deadline(limit);
        try
        {
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    if (TakeMatch(pattern) is { } match)
                    {
                        return match;
                    }

                    if (_failure is not null)
                    {
                        throw new MachineException($"{_name}: {_failure}, while the run waited for `{name ?? pattern.ToString()}`");
                    }

                    changed = _changed.Task;
                }

                await deadline.WaitAsync(changed, token);
            }
        }
        catch (TimeoutException)
        {
            throw new MachineException($"{_name}: `{name ?? pattern.ToString()}` did not appear on the serial console within {deadline}; the last line was: {Tail.LastOrDefault("(nothing)")}");
        }
    }

    /// <summary>Waits for a literal text, which may be broken into lines between words.</summary>
    public Task<Match> WaitForAsync(string text, TimeSpan limit, CancellationToken token)
        => WaitForAsync(new Regex(Regex.Escape(text).Replace("\\ ", "\\s+", StringComparison.Ordinal)), limit, token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
        _log.Dispose();
    }

    private Match? TakeMatch(Regex pattern)
    {
        var match = pattern.Match(_unread.ToString());
        if (!match.Success)
        {
            return null;
        }

        _unread.Remove(0, match.Index + match.Length);
        return match;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await _socket.ReceiveAsync(buffer)) > 0;)
            {
                Take(_terminal.Feed(buffer.AsSpan(0, count)));
            }

            Fail("the machine ended");
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Fail("the machine ended");
        }
        catch (Exception error)
        {
            Fail($"its console cannot be read: {error.Message}");
        }
    }

    private void Take(string text)
    {
        lock (_lock)
        {
            _unread.Append(text);
            if (_unread.Length > MaxUnreadCharacters)
            {
                _unread.Remove(0, _unread.Length - (MaxUnreadCharacters / 2));
            }

            foreach (var character in text)
            {
                if (character == '\n')
                {
                    EndLine();
                }
                else
                {
                    _line.Append(character);
                }
            }

            if (_line.Length > 0)
            {
                _onLine(_line.ToString(), false);
            }

            SignalChange();
        }
    }

    private void EndLine()
    {
        var line = _line.ToString();
        _line.Clear();
        _log.Write(line);
        _tail.Enqueue(line);
        while (_tail.Count > TailLines)
        {
            _tail.Dequeue();
        }

        if (FatalTexts.Any(text => line.Contains(text, StringComparison.Ordinal)))
        {
            _failure ??= $"it printed `{line.Trim()}`";
        }

        _onLine(line, true);
    }

    private void Fail(string reason)
    {
        lock (_lock)
        {
            _failure ??= reason;
            if (_line.Length > 0)
            {
                EndLine();
            }

            SignalChange();
        }
    }

    private void SignalChange()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
