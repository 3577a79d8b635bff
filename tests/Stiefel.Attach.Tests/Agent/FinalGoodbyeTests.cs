using System.Net.Sockets;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Console;
using Stiefel.Attach.Ending;
using Stiefel.Protocol.Handover;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>Tests the last process and the agent on a real socket, with a simulated disk and laptop.</summary>
public sealed class FinalGoodbyeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-attach-").FullName;
    private readonly List<string> _done = [];
    private readonly SemaphoreSlim _mayTell = new(0);
    private AgentWord _before = new(AgentState.Connected, "");

    public void Dispose()
    {
        _mayTell.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Ask_Goodbye_DisconnectsTellsTheLaptopOnceAndSaysWhenItHasConfirmed()
    {
        var agent = Listen(Tell);
        Assert.Equal(AgentState.Connected, agent.Ask(AgentQuestion.State).State);
        Assert.Equal(AgentState.Waiting, agent.Ask(AgentQuestion.Goodbye).State);
        Eventually(() => agent.Ask(AgentQuestion.Goodbye) is { State: AgentState.Waiting, Detail: "no cable" });
        Assert.Equal(["disconnect", "tell"], _done);

        _mayTell.Release();
        Eventually(() => agent.Ask(AgentQuestion.State).State == AgentState.Told);
        Assert.Equal(AgentState.Told, agent.Ask(AgentQuestion.Goodbye).State);
        Assert.Equal(["disconnect", "tell"], _done);
    }

    [Fact]
    public void Ask_WhileTheCableIsOut_IsToldWhy()
    {
        var agent = Listen(Tell);
        _before = new(AgentState.Waiting, "no interface has the address");
        Assert.Equal(_before, agent.Ask(AgentQuestion.State));
    }

    [Fact]
    public void Ask_DiskIsAnothersByNow_IsToldThatNoGoodbyeHelps()
    {
        var agent = Listen(_ => throw new DiskLostException("another desktop has taken the disk over"));
        _ = agent.Ask(AgentQuestion.Goodbye);
        Eventually(() => agent.Ask(AgentQuestion.State) == new AgentWord(AgentState.Lost, "another desktop has taken the disk over"));
    }

    /// <summary>Once the device is disconnected its state is lost, but the goodbye goes on.</summary>
    [Fact]
    public void Ask_WhileTheDiskIsDisconnected_IsToldToWait()
    {
        var agent = Listen(Tell, disconnect: () =>
        {
            _before = new(AgentState.Lost, "the disk has been disconnected");
            _done.Add("disconnecting");
            _mayTell.Wait();
        });
        _ = agent.Ask(AgentQuestion.Goodbye);
        Eventually(() => _done.Contains("disconnecting"));
        Assert.Equal(AgentState.Waiting, agent.Ask(AgentQuestion.Goodbye).State);
        _mayTell.Release(2);
        Eventually(() => agent.Ask(AgentQuestion.State).State == AgentState.Told);
    }

    [Fact]
    public void Ask_NoAgent_IsLostAndNeverWaits() => Assert.Equal(AgentState.Lost, new AgentLine(Path.Combine(_directory, "nobody")).Ask(AgentQuestion.Goodbye).State);

    [Fact]
    public void Listen_Socket_IsRootsOnly()
    {
        _ = Listen(Tell);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory, "agent")));
    }

    [Fact]
    public void Hear_OneWhoSaysNothing_KeepsNobodyOut()
    {
        var agent = Listen(Tell);
        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Connect(new UnixDomainSocketEndPoint(Path.Combine(_directory, "agent")));
        Assert.Equal(AgentState.Connected, agent.Ask(AgentQuestion.State).State);
    }

    private AgentLine Listen(Action<WaitingReport> tell, Action? disconnect = null)
    {
        var path = Path.Combine(_directory, "agent");
        var log = new AttachLog(_directory);
        // The listener lives as long as this process, as it does in an agent.
        _ = EndListener.Listen(new FinalGoodbye(disconnect ?? (() => _done.Add("disconnect")), tell, () => _before, log), log, path);
        return new AgentLine(path);
    }

    private void Tell(WaitingReport waiting)
    {
        _done.Add("tell");
        waiting.Say("no cable");
        _mayTell.Wait();
    }

    private static void Eventually(Func<bool> isTrue) => Assert.True(SpinWait.SpinUntil(isTrue, TimeSpan.FromSeconds(60)));
}
