using System.Net;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Tunnels;

/// <summary>Into which tunnels something is sent. That the kernel then begins a handshake is shown in machines (`AccidentTests`).</summary>
public sealed class TunnelPulseTests : IDisposable
{
    private readonly TunnelTable _table = new();
    private readonly Dictionary<int, long?> _received = [];
    private readonly List<int> _sent = [];
    private readonly TunnelPulse _pulse;

    public TunnelPulseTests()
    {
        _pulse = new TunnelPulse(_table, index => _received[index], _sent.Add);
        foreach (var index in (int[])[5, 6])
        {
            _table.Add(index, IPAddress.IPv6Loopback);
            _received[index] = 100;
        }
    }

    public void Dispose() => _pulse.Dispose();

    [Fact]
    public void Look_TunnelThatBringsNothing_IsSentIntoUntilItDoes()
    {
        _pulse.Look();
        Assert.Empty(_sent);

        _received[6] = 148;
        _pulse.Look();
        _pulse.Look();
        Assert.Equal([5, 5, 6], _sent);

        (_received[5], _received[6]) = (132, 180);
        _pulse.Look();
        Assert.Equal([5, 5, 6], _sent);
    }

    [Fact]
    public void Look_TunnelThatIsRemovedOrGone_IsLeftAlone()
    {
        _pulse.Look();
        _table.Remove(5);
        _received[6] = null;
        _pulse.Look();
        Assert.Empty(_sent);
    }
}
