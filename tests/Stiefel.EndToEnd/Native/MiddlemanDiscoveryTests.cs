using System.Net;
using System.Net.Sockets;
using Stiefel.Protocol;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests discovery between the published client and server with a man in the middle.</summary>
public sealed class MiddlemanDiscoveryTests : IClassFixture<MiddlemanStage>, IDisposable
{
    private static readonly IPEndPoint s_laptop = new(MiddlemanStage.Laptop.Address, WellKnownPorts.Discovery);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly MiddlemanStage _stage;
    private readonly Socket _cable;
    private readonly Socket _true;
    private readonly Socket _forged;
    private int _runs;

    public MiddlemanDiscoveryTests(MiddlemanStage stage)
    {
        _stage = stage;
        _cable = MiddlemanDatagrams.Open(stage.Space, WellKnownPorts.Discovery);
        _true = MiddlemanDatagrams.Open(stage.Space);
        _forged = MiddlemanDatagrams.Open(stage.Space);
    }

    public void Dispose()
    {
        _cable.Dispose();
        _true.Dispose();
        _forged.Dispose();
    }

    /// <summary>The server handles datagrams in order: once it has answered the genuine question, it has ignored all forged ones before it.</summary>
    [Fact]
    public void Find_AnyByteFlippedCutOffOrAddedOrReflected_IsNotAnswered()
    {
        using var desktop = Search("1", out _);
        (var find, _) = MiddlemanDatagrams.Receive(_cable);
        var hello = AskLaptop(find);
        foreach (var forged in MiddlemanDatagrams.Forge(find).Append(hello))
        {
            _forged.SendTo(forged, s_laptop);
        }

        AskLaptop(find);
        Assert.Equal(0, _forged.Available);
        _forged.SendTo(find, s_laptop);
        Assert.Equal(MiddlemanDatagrams.Size, MiddlemanDatagrams.Receive(_forged).Datagram.Length);
        desktop.Kill();
        _stage.AssertServes();
    }

    /// <summary>The desktop goes on searching as if there were no answer, and finds the laptop if the genuine answer comes later.</summary>
    [Theory]
    [InlineData("1", false)]
    [InlineData("10", true)]
    public void Hello_FlippedCutOffReflectedOrOfAnEarlierSearch_IsPassedOver(string seconds, bool trueOneFollows)
    {
        byte[] earlier;
        using (var first = Search("1", out _))
        {
            earlier = AskLaptop(MiddlemanDatagrams.Receive(_cable).Datagram);
            first.Kill();
        }

        Empty(_cable);
        using var desktop = Search(seconds, out var directory);
        (var find, var from) = MiddlemanDatagrams.Receive(_cable);
        var hello = AskLaptop(find);
        foreach (var forged in MiddlemanDatagrams.Forge(hello).Append(find).Append(earlier))
        {
            _cable.SendTo(forged, from);
        }

        if (trueOneFollows)
        {
            _cable.SendTo(hello, from);
        }

        var run = new MiddlemanRun(desktop.WaitForExit(s_limit), desktop.Output, directory);
        AssertOutcome(run, trueOneFollows);
        _stage.AssertServes();
    }

    private static void Empty(Socket socket)
    {
        while (socket.Available > 0)
        {
            MiddlemanDatagrams.Receive(socket);
        }
    }

    private void AssertOutcome(MiddlemanRun run, bool found)
    {
        if (found)
        {
            _stage.AssertFetched(run);
            return;
        }

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no laptop with the key `stick` answered", Assert.Single(run.Errors), StringComparison.Ordinal);
        Assert.Empty(run.Files);
        Assert.Empty(_stage.Middle.Requests);
    }

    private NativeProcess Search(string seconds, out string directory)
    {
        directory = _stage.Files[$"found{++_runs}-{seconds}"];
        _stage.Middle.Requests.Clear();
        return _stage.StartClient("fetch", "--seconds", seconds, "--key", _stage.Files["keys/stick.key"], "--out", directory);
    }

    private byte[] AskLaptop(byte[] find)
    {
        _true.SendTo(find, s_laptop);
        return MiddlemanDatagrams.Receive(_true).Datagram;
    }
}
