using Stiefel.Attach.Agent;
using Stiefel.Attach.Console;
using Stiefel.Attach.Rescue;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;
using Xunit;

namespace Stiefel.Attach.Tests.Rescue;

/// <summary>The agent of a running system and the one who detaches, at a real socket; disk and laptop are made up.</summary>
public sealed class DetachListenerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-attach-").FullName;
    private readonly List<string> _done = [];
    private AgentWord _before = new(AgentState.Connected, "");

    private string Socket => Path.Combine(_directory, "agent");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Goodbye_UntilTheLaptopHasConfirmed_IsAnsweredAndThenHearsNoMore()
    {
        using var mayTell = new SemaphoreSlim(0);
        var hearing = Hear(_ => mayTell.Wait());
        Assert.Equal(AgentState.Connected, Ask(AgentQuestion.State).State);
        Assert.False(hearing.IsCompleted);
        Assert.Equal(AgentState.Waiting, Ask(AgentQuestion.Goodbye).State);

        mayTell.Release();
        while (Ask(AgentQuestion.Goodbye).State == AgentState.Waiting)
        {
            await Task.Yield();
        }

        await hearing.WaitAsync(TimeLimit.Seconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(["disconnect", "leave, no socket"], _done);
    }

    [Fact]
    public async Task State_OfADiskThatIsLost_IsToldAndEndsNothing()
    {
        _before = new(AgentState.Lost, "another desktop has taken the disk over");
        var hearing = Hear(_ => { });
        Assert.Equal(_before, Ask(AgentQuestion.State));
        Assert.Equal(_before, Ask(AgentQuestion.State));
        Assert.False(hearing.IsCompleted);
        _ = Ask(AgentQuestion.Leave);
        await hearing.WaitAsync(TimeLimit.Seconds(20), TestContext.Current.CancellationToken);
    }

    /// <summary>A laptop that is away keeps nobody.</summary>
    [Fact]
    public async Task Leave_WhileTheLaptopIsAway_FreesTheDeviceAndEnds()
    {
        var hearing = Hear(_ => Thread.Sleep(Timeout.Infinite));
        _ = Ask(AgentQuestion.Goodbye);
        Assert.Equal(new AgentWord(AgentState.Lost, "the laptop was not told"), Ask(AgentQuestion.Leave));
        await hearing.WaitAsync(TimeLimit.Seconds(20), TestContext.Current.CancellationToken);
        Assert.Contains("abandon", _done);
    }

    [Fact]
    public async Task Listen_WhereAKilledAgentLeftItsSocket_TakesItsPlaceForRootOnly()
    {
        File.WriteAllText(Socket, "");
        var hearing = Hear(_ => { });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));
        _ = Ask(AgentQuestion.Leave);
        await hearing.WaitAsync(TimeLimit.Seconds(20), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("--beside", "7", "3", "eth0", "/run/x")]
    public void Order_OfArguments_IsReadBack(params string[] arguments)
    {
        var order = AttachOrder.Parse(arguments)!;
        Assert.Equal(new AttachOrder(7, 3, "eth0", "/run/x"), order);
        Assert.Equal(arguments, order.Format());
        Assert.Equal(("/run/x/session", "/run/x/agent"), (order.SessionFile, order.Socket));
    }

    [Theory]
    [InlineData("--beside", "7", "3", "eth0")]
    [InlineData("--beside", "x", "3", "eth0", "/run/x")]
    [InlineData("--beside", "7", "-1", "eth0", "/run/x")]
    [InlineData("--beside", "7", "3", "", "/run/x")]
    [InlineData("--beside", "7", "3", "eth0", "run/x")]
    public void Order_OfOtherArguments_IsNone(params string[] arguments) => Assert.Null(AttachOrder.Parse(arguments));

    private AgentWord Ask(AgentQuestion question) => AgentWord.Parse(LocalQuestion.Ask(Socket, (byte)question, AgentWord.MaxBytes));

    private Task Hear(Action<WaitingReport> tell)
    {
        var goodbye = new FinalGoodbye(() => _done.Add("disconnect"), tell, () => _before, new AttachLog(_directory));
        var listener = new DetachListener(Socket, goodbye, () => _done.Add("abandon"), () => _done.Add($"leave, {(File.Exists(Socket) ? "and" : "no")} socket"));
        return Task.Run(() =>
        {
            using (listener)
            {
                listener.HearUntilEnd();
            }
        });
    }
}
