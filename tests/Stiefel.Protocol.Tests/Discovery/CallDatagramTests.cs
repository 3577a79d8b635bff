using System.Net;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Protocol.Tests.Discovery;

public sealed class CallDatagramTests
{
    private static readonly IPAddress s_client = IPAddress.Parse("fe80::1%3");
    private static readonly IPAddress s_laptop = IPAddress.Parse("192.0.2.7");

    private readonly byte[] _nonce = Sample.Bytes(16, 5);
    private readonly byte[] _challenge = Sample.Bytes(16, 6);

    [Fact]
    public void ChallengeAndWake_RightKey_AreUnderstood()
    {
        using var key = Sample.Key();
        var challenge = CallDatagram.BuildChallenge(key, _nonce, _challenge, s_client, Sample.Laptop);
        // The zone is only the receiver's name for its interface, and not part of the address.
        Assert.True(CallDatagram.TryOpenChallenge(challenge, key, _nonce, IPAddress.Parse("fe80::1"), out var opened, out var laptop));
        Assert.Equal(_challenge, opened);
        Assert.Equal(Sample.Laptop, laptop);

        var wake = CallDatagram.BuildWake(key, _nonce, opened, s_laptop);
        Assert.True(CallDatagram.TryOpenWake(wake, key, _nonce, _challenge, IPAddress.Parse("::ffff:192.0.2.7")));
        Assert.Equal((128, 128), (challenge.Length, wake.Length));
    }

    [Fact]
    public void ChallengeAndWake_AnyBitFlipped_AreRefused()
    {
        using var key = Sample.Key();
        var challenge = CallDatagram.BuildChallenge(key, _nonce, _challenge, s_client, Sample.Laptop);
        var wake = CallDatagram.BuildWake(key, _nonce, _challenge, s_laptop);
        for (var bit = 0; bit < challenge.Length * 8; bit++)
        {
            Assert.False(CallDatagram.TryOpenChallenge(Sample.FlipBit(challenge, bit), key, _nonce, s_client, out _, out _));
            Assert.False(CallDatagram.TryOpenWake(Sample.FlipBit(wake, bit), key, _nonce, _challenge, s_laptop));
        }
    }

    [Fact]
    public void ChallengeAndWake_ToAnotherAddressNonceKeyOrInsteadOfEachOther_AreRefused()
    {
        using var key = Sample.Key(1);
        using var other = Sample.Key(2);
        var elsewhere = IPAddress.Parse("fe80::2");
        var challenge = CallDatagram.BuildChallenge(key, _nonce, _challenge, s_client, Sample.Laptop);
        var wake = CallDatagram.BuildWake(key, _nonce, _challenge, s_client);

        Assert.False(CallDatagram.TryOpenChallenge(challenge, key, _nonce, elsewhere, out _, out _));
        Assert.False(CallDatagram.TryOpenChallenge(challenge, key, _challenge, s_client, out _, out _));
        Assert.False(CallDatagram.TryOpenChallenge(challenge, other, _nonce, s_client, out _, out _));
        Assert.False(CallDatagram.TryOpenChallenge(wake, key, _nonce, s_client, out _, out _));
        Assert.False(CallDatagram.TryOpenWake(wake, key, _nonce, _challenge, elsewhere));
        Assert.False(CallDatagram.TryOpenWake(wake, key, _nonce, _nonce, s_client));
        Assert.False(CallDatagram.TryOpenWake(wake, other, _nonce, _challenge, s_client));
        Assert.False(CallDatagram.TryOpenWake(challenge, key, _nonce, _challenge, s_client));
        Assert.False(DiscoveryDatagram.TryOpenFind(challenge, [key], out _, out _));
        Assert.False(DiscoveryDatagram.TryOpenHello(challenge, key, _nonce, out _, out _));
    }
}
