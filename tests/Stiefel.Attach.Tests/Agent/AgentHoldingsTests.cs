using System.Net;
using Stiefel.Attach.Agent;
using Stiefel.Linux.Processes;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>What a stand-by hears from the agent, and what it makes of it when the agent is killed. That the disk goes on is shown in machines (`AccidentTests`).</summary>
public sealed class AgentHoldingsTests : IDisposable
{
    private static readonly NbdExportInfo s_export = new(1L << 40, TransmissionFlags.HasFlags | TransmissionFlags.SendFlush, 512, 4096, 1 << 25);

    private readonly AgentHoldings _holdings;
    private long _now;

    public AgentHoldingsTests() => _holdings = new(() => _now, _ => null);

    public void Dispose() => _holdings.Dispose();

    [Fact]
    public void HearFrom_AgentThatIsKilled_HasAllThatWasToldBefore()
    {
        var session = new AttachSession { Mac = "02:00:00:00:00:01", ServerAddress = "fe80::1", Port = 10809, ExportName = "s-secret" };
        var path = Path.GetTempFileName();
        var (agent, standBy) = SocketPair.Make();
        using var ours = SocketPair.Adopt(standBy);
        using (agent)
        using (var file = File.OpenHandle(path))
        {
            DescriptorMessage.Send(agent, [(byte)StandByWord.Session, .. System.Text.Encoding.UTF8.GetBytes(session.Format())]);
            DescriptorMessage.Send(agent, [(byte)StandByWord.Export, .. System.Text.Encoding.UTF8.GetBytes(AgentHoldings.Format(s_export))]);
            DescriptorMessage.Send(agent, [(byte)StandByWord.Counters], file);
            DescriptorMessage.Send(agent, "Kvlan"u8);
            DescriptorMessage.Send(agent, "N17"u8);
            DescriptorMessage.Send(agent, "B[fe80::1%3]:10809"u8);
        }

        _holdings.HearFrom(ours, () => Assert.Fail("the program and the kernel are missing"));

        Assert.Equal(session, _holdings.Session);
        Assert.Equal(s_export, _holdings.Export);
        Assert.Equal("vlan", _holdings.CardKind);
        Assert.Equal(17UL, _holdings.LastNotice);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("fe80::1%3"), 10809), _holdings.Reached);
        Assert.Equal(path, new FileInfo($"/proc/self/fd/{_holdings.Counters!.DangerousGetHandle()}").LinkTarget);
        File.Delete(path);
    }

    [Fact]
    public void Take_DiskBesideARunningSystem_IsThatOne()
    {
        Assert.Equal(0, _holdings.Index);
        var order = new AttachOrder(3, 2, "enp1s0", "/run/stiefel client");
        _holdings.Take(StandByWord.Beside, AgentHoldings.Format(order), null);
        Assert.Equal(order, _holdings.Beside);
        Assert.Equal(2, _holdings.Index);
    }

    [Fact]
    public void IsComplete_AgentKilledWhileItTold_IsNotGoneOnWith()
    {
        _holdings.Take(StandByWord.Export, AgentHoldings.Format(s_export), null);
        Assert.False(_holdings.IsComplete);
    }

    [Fact]
    public void IsPerhapsLost_ConnectionThatWorksForLong_IsKept()
    {
        _holdings.Take(StandByWord.Back, "[fe80::1%3]:10809", null);
        _now += 2000;
        Assert.False(_holdings.IsPerhapsLost());
    }

    [Fact]
    public void IsPerhapsLost_JustMadeOrBeingReplaced_IsReplaced()
    {
        // At first nothing was heard of it for long enough.
        Assert.True(_holdings.IsPerhapsLost());
        _now += 60_000;
        _holdings.Take(StandByWord.Back, "[fe80::1%3]:10809", null);
        _now += 1999;
        Assert.True(_holdings.IsPerhapsLost());
        Assert.False(_holdings.IsAnnounced);

        _now += 60_000;
        _holdings.Take(StandByWord.Lost, "", null);
        _now += 60_000;
        Assert.True(_holdings.IsPerhapsLost());
        Assert.True(_holdings.IsAnnounced);
        _holdings.Take(StandByWord.Back, "[fe80::1%3]:10809", null);
        _now += 60_000;
        Assert.False(_holdings.IsPerhapsLost());
        Assert.False(_holdings.IsAnnounced);
    }
}
