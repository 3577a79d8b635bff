using System.Net;
using System.Security.Cryptography;
using Stiefel.Cli.Autokexec;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>Which datagrams make a laptop leave its own system, and which must not.</summary>
public sealed class CallResponderTests : IDisposable
{
    private const int Cable = 2;
    private const int Other = 3;
    private static readonly LaptopIdentity s_wren = LaptopIdentity.Of("0123456789abcdef", "wren");
    private static readonly IPAddress s_own = IPAddress.Parse("fe80::a");
    private static readonly IPEndPoint s_desktop = new(IPAddress.Parse("fe80::d"), 40000);

    private readonly SharedKey _key = SharedKey.Generate("stick");
    private readonly SharedKey _foreign = SharedKey.Generate("foreign");
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
    private readonly ManualClock _clock = new();
    private readonly List<SharedKey> _accepted;
    private readonly CallResponder _laptop;
    private readonly LeavingState _leaving;
    private string? _refusal;

    public CallResponderTests()
    {
        _accepted = [_key];
        _leaving = new LeavingState(_clock, () => TimeSpan.FromSeconds(7));
        _laptop = new CallResponder(() => _accepted, (_, _) => _refusal, s_wren, _clock, _leaving);
    }

    [Fact]
    public void Call_Authentic_MakesItLeave() => Assert.Same(_key, Judge(Wake(Challenge())).CalledBy);

    [Fact]
    public void Call_WhileTheLaptopIsKept_IsAnsweredByItsStateAndNotHeard()
    {
        var wake = Wake(Challenge());
        _leaving.Hold(new Obstacle(LaptopStage.NotNow, "no", "wren's owner"));
        Assert.Equal(
            new LaptopState(s_wren.Id, 70, LaptopStage.NotNow, 600, "wren's owner"), StateDatagram.Open(Judge(Find()).Answer, _key, _nonce, s_desktop.Address));
        Assert.Equal(default, Judge(wake));
        Assert.Equal(default, Judge(DiscoveryDatagram.BuildFind(_foreign, _nonce)));
        _refusal = "eth0 leads to the internet";
        Assert.Null(Judge(Find()).Answer);
        _refusal = null;

        _clock.Pass(LeavingState.NotNowFor);
        Assert.Same(_key, Judge(Wake(Challenge())).CalledBy);
    }

    [Fact]
    public void Call_WhileTheLaptopLeaves_IsToldTheSecondsThatAreLeft()
    {
        _leaving.CountDown(TimeSpan.FromSeconds(10));
        _clock.Pass(TimeSpan.FromSeconds(6.5));
        Assert.Equal((LaptopStage.Countdown, 4), Stage());
        _clock.Pass(TimeSpan.FromHours(1));
        Assert.Equal((LaptopStage.Countdown, 0), Stage());
        _leaving.Leave();
        Assert.Equal((LaptopStage.Leaving, 0), Stage());

        (LaptopStage Stage, int Seconds) Stage()
        {
            var state = StateDatagram.Open(Judge(Find()).Answer, _key, _nonce, s_desktop.Address)!;
            return (state.Stage, state.Seconds);
        }
    }

    [Fact]
    public void Call_QuestionAlone_DoesNotMakeItLeave()
    {
        for (var i = 0; i < 100; i++)
        {
            var verdict = Judge(Find());
            Assert.Null(verdict.CalledBy);
            Assert.Equal(DiscoveryDatagram.Size, verdict.Answer!.Length);
        }
    }

    [Fact]
    public void Call_AnswerSentAgain_DoesNothing()
    {
        var wake = Wake(Challenge());
        Assert.NotNull(Judge(wake).CalledBy);

        Assert.Equal(default, Judge(wake));
        Challenge(); // the replayed question gets the same challenge, which has been used
        Assert.Equal(default, Judge(wake));
        _clock.Pass(CallChallenges.Lifetime / 2);
        Challenge(); // and later a fresh challenge, which the recorded answer does not match
        Assert.Equal(default, Judge(wake));
    }

    [Fact]
    public void Call_StaleAnswer_DoesNothing()
    {
        var wake = Wake(Challenge());
        _clock.Pass(CallChallenges.Lifetime);

        Assert.Equal(default, Judge(wake));
    }

    [Fact]
    public void Call_AnswerByAnotherInterface_DoesNothing()
    {
        var wake = Wake(Challenge());

        Assert.Equal(default, Judge(wake, link: Other));
        Assert.NotNull(Judge(wake).CalledBy);
    }

    [Fact]
    public void Call_RelayedFromAnotherNetwork_DoesNothing()
    {
        // The relay asks on our cable in the desktop's place. The desktop refuses a challenge that was made for the relay's address,
        var relay = new IPEndPoint(IPAddress.Parse("fe80::bad"), 40000);
        var challenge = Judge(Find(), relay).Answer!;
        Assert.False(CallDatagram.TryOpenChallenge(challenge, _key, _nonce, s_desktop.Address, out _, out _));

        // and even if the relay takes the desktop's address, the desktop's answer is bound to the relay's address rather than to ours.
        Assert.True(CallDatagram.TryOpenChallenge(Judge(Find()).Answer, _key, _nonce, s_desktop.Address, out var opened, out _));
        Assert.Equal(default, Judge(CallDatagram.BuildWake(_key, _nonce, opened, relay.Address)));
    }

    [Fact]
    public void Call_ByAnUnknownKey_IsSilence()
    {
        Assert.Equal(default, Judge(DiscoveryDatagram.BuildFind(_foreign, _nonce)));
        var challenge = Challenge();
        Assert.Equal(default, Judge(CallDatagram.BuildWake(_foreign, _nonce, challenge, s_own)));
        Assert.Equal(default, Judge(CallDatagram.BuildWake(_key, _nonce, RandomNumberGenerator.GetBytes(16), s_own)));
    }

    [Fact]
    public void Call_KeyRevokedInBetween_DoesNothing()
    {
        var wake = Wake(Challenge());
        _accepted.Clear();

        Assert.Equal(default, Judge(wake));
    }

    [Fact]
    public void Call_OnARefusedInterface_GetsNoAnswerAndAReason()
    {
        _refusal = "eth0 leads to the internet";
        var verdict = Judge(Find());
        Assert.Equal((null, null, _refusal), (verdict.Answer, verdict.CalledBy, verdict.Refused));

        _refusal = null;
        var wake = Wake(Challenge());
        _refusal = "eth0 leads to the internet";
        Assert.Null(Judge(wake).CalledBy);
    }

    [Fact]
    public void Call_OfAnotherBuildsDesktop_GetsNoAnswerAndAReason()
    {
        var find = Find();
        find[4]--;
        var verdict = Judge(find[..64]);
        Assert.Equal((null, null), (verdict.Answer, verdict.CalledBy));
        Assert.Contains("write its stick again", verdict.Refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_UnderAFloodOfRecordedQuestions_IsStillHeard()
    {
        var recorded = DiscoveryDatagram.BuildFind(_key, RandomNumberGenerator.GetBytes(16));
        var challenge = Challenge();
        for (var i = 0; i < 1000; i++)
        {
            Judge(recorded);
        }

        Assert.NotNull(Judge(Wake(challenge)).CalledBy);
    }

    [Fact]
    public void Call_UnderRecordedQuestionsFromEverywhere_IsStillHeard()
    {
        var challenge = Challenge();
        for (var port = 1; port < 5000; port++)
        {
            Assert.NotNull(Judge(Find(), new IPEndPoint(IPAddress.Parse($"fe80::{port:x}"), port)).Answer);
        }

        Assert.NotNull(Judge(Wake(challenge)).CalledBy);
    }

    [Fact]
    public void Call_AnswerFromAnotherPort_DoesNothing()
    {
        var wake = Wake(Challenge());

        Assert.Equal(default, Judge(wake, new IPEndPoint(s_desktop.Address, s_desktop.Port + 1)));
        Assert.NotNull(Judge(wake).CalledBy);
    }

    [Fact]
    public void Junk_Flooding_CostsNoMemory()
    {
        var junk = Find();
        junk[60] ^= 1;
        Judge(junk);
        var heard = false;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            junk[8] = (byte)i;
            heard |= Judge(junk) != default;
        }

        // An enumerator of the keys.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000 * 128);
        Assert.False(heard);
    }

    public void Dispose()
    {
        _key.Dispose();
        _foreign.Dispose();
    }

    private byte[] Find() => DiscoveryDatagram.BuildFind(_key, _nonce);

    private byte[] Challenge()
    {
        Assert.True(CallDatagram.TryOpenChallenge(Judge(Find()).Answer, _key, _nonce, s_desktop.Address, out var challenge, out var laptop));
        Assert.Equal(s_wren, laptop);
        return challenge;
    }

    private byte[] Wake(byte[] challenge) => CallDatagram.BuildWake(_key, _nonce, challenge, s_own);

    private CallOutcome Judge(byte[] datagram, IPEndPoint? from = null, int link = Cable) =>
        _laptop.Judge(datagram, new ReceivedDatagram(datagram.Length, from ?? s_desktop, link, s_own));
}
