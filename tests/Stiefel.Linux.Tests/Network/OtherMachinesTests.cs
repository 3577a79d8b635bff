using System.Net;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

/// <summary>On a virtual cable whose other end plays one machine or another.</summary>
[Collection("network namespace")]
public sealed class OtherMachinesTests : IDisposable
{
    private const ushort Arp = 0x0806;
    private const ushort SpanningTree = 0x0026;
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(100);
    private static readonly MacAddress s_own = MacAddress.FromBytes([2, 0, 0, 0, 0, 0x61]);
    private static readonly MacAddress s_laptop = MacAddress.FromBytes([2, 0, 0, 0, 0, 0x62]);
    private static readonly MacAddress s_other = MacAddress.FromBytes([2, 0, 0, 0, 1, 0x62]);

    private readonly int _near;
    private readonly EthernetSocket _far;

    public OtherMachinesTests()
    {
        (_near, var far) = VirtualCable.Add("om0", "om1", s_laptop, 1500);
        foreach (var end in (int[])[_near, far])
        {
            RouteNetlink.MakeNoAddress(end);
            RouteNetlink.SetUp(end);
        }

        // Until then the kernel drops what is sent, for up to a second after many other interfaces changed.
        SpinWait.SpinUntil(() => RouteNetlink.ListLinks().Count(link => (link.Index == _near || link.Index == far) && link.OperState == "up") == 2, TimeSpan.FromSeconds(10));
        _far = new EthernetSocket(far, EthernetSocket.AllProtocols);
    }

    public void Dispose()
    {
        _far.Dispose();
        RouteNetlink.Remove(_near);
    }

    [Fact]
    public void Hear_KnownMachinesAndSwitches_AreNotHeard()
    {
        using var others = new OtherMachines(_near, s_own, s_laptop);
        Send(s_laptop, Arp);
        Send(s_own, Arp);
        Send(s_other, SpanningTree);

        Assert.False(others.Hear(s_short));
    }

    [Theory]
    [InlineData(Arp)]
    [InlineData((ushort)0x0800)]
    [InlineData((ushort)0x86dd)]
    public void Hear_AnotherMachine_IsHeardAlsoFromAPortOfABridge(ushort protocol)
    {
        var bridge = EthernetBridge.Add("om2", s_own);
        EthernetBridge.AddPort(_near, bridge);
        try
        {
            using var others = new OtherMachines(_near, s_own, s_laptop);
            Send(s_laptop, protocol);
            Send(s_other, protocol);

            Assert.True(others.Hear(TimeSpan.FromSeconds(5)));
            Assert.False(others.Hear(s_short));
        }
        finally
        {
            RouteNetlink.Remove(bridge);
        }
    }

    [Fact]
    public void Ask_Questions_ArriveAsTheyAreWrittenAndAreNoAnswers()
    {
        using var others = new OtherMachines(_near, s_laptop);
        var question = DhcpFrame.BuildDiscover(s_own, s_own.ToBytes(), 0x01020304);
        others.Ask(s_own, question);

        var frame = new byte[1000];
        Assert.True(_far.TryReceive(frame, TimeSpan.FromSeconds(5), out var length));
        Assert.Equal(question, frame[..length]);
        Assert.True(_far.TryReceive(frame, TimeSpan.FromSeconds(5), out length));
        Assert.Equal(OtherMachines.RouterQuestion(s_own), frame[..length]);
        Assert.False(others.Hear(s_short));
    }

    [Fact]
    public void Ask_Dnsmasq_Answers()
    {
        Ip("address add 192.168.77.1/24 dev om1");
        using var server = System.Diagnostics.Process.Start("dnsmasq", ["--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=om1", "--bind-interfaces", "--dhcp-range=192.168.77.10,192.168.77.20", "--dhcp-leasefile=/dev/null", "--user=root"]);
        try
        {
            using var others = new OtherMachines(_near, s_own);
            var heard = false;
            for (var tries = 0u; tries < 50 && !heard; tries++)
            {
                others.Ask(s_own, DhcpFrame.BuildDiscover(s_own, s_own.ToBytes(), tries + 1));
                heard = others.Hear(s_short * 2);
            }

            Assert.True(heard);
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }
    }

    [Fact]
    public void MacOf_MachineThatWasSpokenWith_IsItsAddress()
    {
        Ip("neigh add 192.168.77.9 lladdr 02:00:00:00:09:09 dev om0");

        Assert.Equal("02:00:00:00:09:09", Neighbours.MacOf(_near, IPAddress.Parse("192.168.77.9"))?.ToString());
        Assert.Null(Neighbours.MacOf(_near, IPAddress.Parse("192.168.77.8")));
        Assert.Null(Neighbours.MacOf(1, IPAddress.Parse("192.168.77.9")));
    }

    private void Send(MacAddress from, ushort protocol) =>
        _far.Send([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. from.ToBytes(), (byte)(protocol >> 8), (byte)protocol, .. new byte[50]]);
}
