using System.Net;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Protocol.Tests.Discovery;

/// <summary>What a laptop tells a desktop that called it: only the desktop that asked can read it, and nobody can change, forge or carry it elsewhere.</summary>
public sealed class StateDatagramTests
{
    private static readonly IPAddress s_client = IPAddress.Parse("fe80::1%3");
    private static readonly LaptopState s_state = new("0123456789abcdef", 4711, LaptopStage.HeldByProgram, 5, "apt: packages");

    private readonly byte[] _nonce = Sample.Bytes(16, 5);

    [Fact]
    public void State_RightKey_IsUnderstoodAndAsLargeAsItsQuestion()
    {
        using var key = Sample.Key();
        var datagram = StateDatagram.Build(key, _nonce, s_client, s_state);
        Assert.Equal(DiscoveryDatagram.Size, datagram.Length);
        Assert.Equal(s_state, StateDatagram.Open(datagram, key, _nonce, IPAddress.Parse("fe80::1")));
        Assert.NotEqual(datagram, StateDatagram.Build(key, _nonce, s_client, s_state));
    }

    [Fact]
    public void State_AnyBitFlipped_IsRefused()
    {
        using var key = Sample.Key();
        var datagram = StateDatagram.Build(key, _nonce, s_client, s_state);
        for (var bit = 0; bit < datagram.Length * 8; bit++)
        {
            Assert.Null(StateDatagram.Open(Sample.FlipBit(datagram, bit), key, _nonce, s_client));
        }
    }

    [Fact]
    public void State_ToAnotherAddressNonceKeyOrInsteadOfAnother_IsRefused()
    {
        using var key = Sample.Key(1);
        using var other = Sample.Key(2);
        var datagram = StateDatagram.Build(key, _nonce, s_client, s_state);
        Assert.Null(StateDatagram.Open(datagram, key, _nonce, IPAddress.Parse("fe80::2")));
        Assert.Null(StateDatagram.Open(datagram, key, Sample.Bytes(16, 6), s_client));
        Assert.Null(StateDatagram.Open(datagram, other, _nonce, s_client));
        Assert.Null(StateDatagram.Open(datagram.AsSpan(1), key, _nonce, s_client));
        Assert.Null(StateDatagram.Open(CallDatagram.BuildChallenge(key, _nonce, _nonce, s_client, Sample.Laptop), key, _nonce, s_client));
        Assert.False(CallDatagram.TryOpenChallenge(datagram, key, _nonce, s_client, out _, out _));
        Assert.False(DiscoveryDatagram.TryOpenHello(datagram, key, _nonce, out _, out _));
        Assert.False(CallDatagram.LooksLikeWake(datagram, out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345678901234567890123456789012345678901234567890123456")]
    public void State_TextThatFits_IsKept(string text)
    {
        using var key = Sample.Key();
        Assert.Equal(text, StateDatagram.Open(StateDatagram.Build(key, _nonce, s_client, s_state with { Text = text }), key, _nonce, s_client)!.Text);
    }

    [Fact]
    public void State_TextThatIsTooLong_IsCutAfterAWholeCharacter()
    {
        using var key = Sample.Key();
        var text = new string('x', LaptopState.MaxTextBytes - 1) + "ä and more";
        Assert.Equal(text[..(LaptopState.MaxTextBytes - 1)], StateDatagram.Open(StateDatagram.Build(key, _nonce, s_client, s_state with { Text = text }), key, _nonce, s_client)!.Text);
    }

    [Fact]
    public void State_OfALaterVersion_IsKeptWithItsText()
    {
        using var key = Sample.Key();
        var later = s_state with { Stage = (LaptopStage)200 };
        Assert.Equal(later, StateDatagram.Open(StateDatagram.Build(key, _nonce, s_client, later), key, _nonce, s_client));
    }
}
