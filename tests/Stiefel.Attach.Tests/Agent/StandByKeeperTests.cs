using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Stiefel.Attach.Agent;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>The agent's side of its stand-by, for which a sleeping process stands here, whose end of the socket the test has too.</summary>
public sealed class StandByKeeperTests : IDisposable
{
    private readonly BlockingCollection<(int Process, Socket Socket)> _started = [];
    private readonly BlockingCollection<string> _said = [];
    private readonly List<(int Process, Socket Socket)> _seen = [];
    private string _state = "N1";
    private volatile bool _isOver;

    public void Dispose()
    {
        _isOver = true;
        foreach (var (process, socket) in _seen)
        {
            socket.Dispose();
            ChildProcess.Kill(process);
        }

        _started.Dispose();
        _said.Dispose();
    }

    [Fact]
    public void Keep_StandByIsKilled_StartsAnotherAndTellsItEverything()
    {
        var keeper = Begin();
        var first = Next();
        Assert.Equal("N1", Hear(first.Socket));
        keeper.Tell(StandByWord.Lost, "");
        Assert.Equal("L", Hear(first.Socket));

        _state = "N2";
        first.Socket.Dispose();
        ChildProcess.Kill(first.Process);

        var second = Next();
        Assert.NotEqual(first.Process, second.Process);
        Assert.Equal("N2", Hear(second.Socket));
        Assert.Contains("another one is started", Said(), StringComparison.Ordinal);
        keeper.Tell(StandByWord.Notice, "3");
        Assert.Equal("N3", Hear(second.Socket));
    }

    /// <summary>A stand-by that is stopped does not hear what changes, so it must not go on in the agent's place; and the agent does not wait for it.</summary>
    [Fact]
    public void Tell_StandByThatDoesNotListen_IsReplaced()
    {
        var keeper = Begin();
        var first = Next();
        var told = new string('x', 4000);
        for (var times = 0; times < 200 && _started.Count == 0; times++)
        {
            keeper.Tell(StandByWord.Card, told);
        }

        // The test's own copy of the socket hides the end from the keeper.
        first.Socket.Dispose();
        Assert.NotEqual(first.Process, Next().Process);
    }

    /// <summary>An agent that ends because it was told to must not be taken for one that was killed.</summary>
    [Fact]
    public void End_StandByThatRuns_IsKilledAndNotReplaced()
    {
        var keeper = Begin();
        var first = Next();
        Assert.Equal("N1", Hear(first.Socket));
        keeper.End();

        // As above: only then can the keeper see that it has ended.
        first.Socket.Dispose();
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{first.Process}"), TimeLimit.Seconds(20)));
        Assert.False(_started.TryTake(out _, TimeSpan.FromSeconds(1)));
        Assert.Empty(_said);
    }

    [Fact]
    public void Keep_NoneCanBeStarted_SaysSoOnce()
    {
        var keeper = new StandByKeeper(_ => throw new IOException("no memory"), () => [], Say);
        keeper.Begin();
        Assert.Contains("no memory", Said(), StringComparison.Ordinal);
        Assert.False(_said.TryTake(out _, TimeSpan.FromSeconds(1)));
    }

    private StandByKeeper Begin()
    {
        var keeper = new StandByKeeper(Start, () => [new((StandByWord)_state[0], _state[1..])], Say);
        keeper.Begin();
        return keeper;
    }

    private int Start(string descriptor)
    {
        // The keeper's thread outlives the test.
        if (_isOver)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        var socket = SocketPair.Adopt(dup(int.Parse(descriptor, CultureInfo.InvariantCulture)));
        var process = ChildProcess.Start("/bin/sleep", ["sleep", "600"]);
        _started.Add((process, socket), TestContext.Current.CancellationToken);
        return process;
    }

    private void Say(string line)
    {
        if (!_isOver)
        {
            _said.Add(line);
        }
    }

    private (int Process, Socket Socket) Next()
    {
        Assert.True(_started.TryTake(out var next, TimeLimit.Seconds(20)));
        next.Socket.ReceiveTimeout = (int)TimeLimit.Seconds(20).TotalMilliseconds;
        _seen.Add(next);
        return next;
    }

    private string Said()
    {
        Assert.True(_said.TryTake(out var line, TimeLimit.Seconds(20)));
        return line;
    }

    [DllImport("libc")]
    private static extern int dup(int descriptor);

    private static string Hear(Socket socket)
    {
        var bytes = new byte[8192];
        return Encoding.UTF8.GetString(bytes, 0, DescriptorMessage.Receive(socket, bytes, out _));
    }
}
