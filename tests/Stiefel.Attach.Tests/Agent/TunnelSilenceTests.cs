using System.Net.Sockets;
using Stiefel.Attach.Agent;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class TunnelSilenceTests
{
    private static readonly SocketException s_silent = new((int)SocketError.TimedOut);

    private readonly TunnelSilence _silence;
    private long _now = 1000;
    private bool _answers = true;
    private int _looks;

    public TunnelSilenceTests() => _silence = new TunnelSilence(Look, () => _now);

    [Fact]
    public void Tells_SilentThoughALaptopServes_OnceAfterPatienceAndNotBefore()
    {
        Assert.False(_silence.TellsAfter(s_silent));
        _now += (long)TunnelSilence.Patience.TotalMilliseconds - 1;
        Assert.False(_silence.TellsAfter(s_silent));
        Assert.Equal(0, _looks);
        _now++;
        Assert.False(_silence.TellsAfter(s_silent));
        Assert.Equal(1, _looks);
        _now += (long)TunnelSilence.Patience.TotalMilliseconds;
        Assert.True(_silence.TellsAfter(s_silent));
        Assert.False(_silence.TellsAfter(s_silent));
    }

    /// <summary>A cable that was out at the laptop's end, which the desktop's card does not notice: the laptop answers at once, and its tunnel some seconds later.</summary>
    [Fact]
    public void Tells_LaptopIsBackAfterALongOutage_NotBeforeItsTunnelHadTime()
    {
        _answers = false;
        Assert.False(_silence.TellsAfter(s_silent));
        for (var minutes = 0; minutes < 5; minutes++)
        {
            _now += 60_000;
            Assert.False(_silence.TellsAfter(s_silent));
        }

        _answers = true;
        _now += (long)TunnelSilence.Patience.TotalMilliseconds;
        Assert.False(_silence.TellsAfter(s_silent));
        _now += (long)TunnelSilence.Patience.TotalMilliseconds - 1;
        Assert.False(_silence.TellsAfter(s_silent));
        _now++;
        Assert.True(_silence.TellsAfter(s_silent));
    }

    [Fact]
    public void Tells_SomethingCameThroughOrTheCableWasOut_BeginsAnew()
    {
        foreach (var between in new Action[]
        {
            () => _silence.TellsAfter(new SocketException((int)SocketError.ConnectionRefused)),
            () => _silence.TellsAfter(new NbdProtocolException("closed during the handshake")),
            _silence.Broken,
        })
        {
            Assert.False(_silence.TellsAfter(s_silent));
            _now += 2 * (long)TunnelSilence.Patience.TotalMilliseconds;
            between();
            Assert.False(_silence.TellsAfter(s_silent));
        }

        Assert.Equal(0, _looks);
    }

    private bool Look()
    {
        _looks++;
        return _answers;
    }
}
