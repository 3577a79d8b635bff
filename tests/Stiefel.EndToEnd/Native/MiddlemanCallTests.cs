using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests calls between the published client and the published daemon with a man in the middle.</summary>
public sealed class MiddlemanCallTests : IDisposable
{
    private const string Called = "called by stick";
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private static readonly IPAddress s_desktop = IPAddress.Parse("10.61.1.2");
    private static readonly IPAddress s_beforeDesktop = IPAddress.Parse("10.61.1.1");
    private static readonly IPAddress s_beforeLaptop = IPAddress.Parse("10.61.2.1");
    private static readonly IPEndPoint s_laptop = new(MiddlemanStage.Laptop.Address, WellKnownPorts.Discovery);

    private readonly MiddlemanStage _stage = new();
    private readonly NativeProcess _laptop;
    private readonly SharedKey _key;
    private readonly Socket _cable;
    private readonly Socket _true;
    private readonly Socket _forged;

    public MiddlemanCallTests()
    {
        _laptop = _stage.ListenForCalls();
        _key = SharedKey.FromBytes(File.ReadAllBytes(_stage.Files["keys/stick.key"]), "stick");
        _cable = MiddlemanDatagrams.Open(_stage.Space, WellKnownPorts.Discovery);
        _true = MiddlemanDatagrams.Open(_stage.Space);
        _forged = MiddlemanDatagrams.Open(_stage.Space);
    }

    public void Dispose()
    {
        _cable.Dispose();
        _true.Dispose();
        _forged.Dispose();
        _key.Dispose();
        _stage.Dispose();
    }

    /// <summary>The daemon handles datagrams in order: once it has answered the last question, it has ignored all forged ones before it.</summary>
    [Fact]
    public void Wake_AnyByteFlippedCutOffAddedOrReflected_IsNotHeard()
    {
        var nonce = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
        var find = DiscoveryDatagram.BuildFind(_key, nonce);
        var answer = AskLaptop(find);
        Assert.True(CallDatagram.TryOpenChallenge(answer, _key, nonce, s_beforeLaptop, out var challenge, out _));
        var wake = CallDatagram.BuildWake(_key, nonce, challenge, s_laptop.Address);
        foreach (var forged in MiddlemanDatagrams.Forge(wake).Append(answer))
        {
            _true.SendTo(forged, s_laptop);
        }

        AskLaptop(find);
        AssertNotCalled();
        _true.SendTo(wake, s_laptop);
        _laptop.WaitForLine(Called, s_limit);
    }

    /// <summary>
    /// A relayed challenge of the laptop is bound to another address than the desktop's, so the desktop ignores it, as it ignores forged ones. It answers
    /// only a challenge made for its own address.
    /// </summary>
    [Fact]
    public void Challenge_CarriedOverOrAnyByteFlippedCutOffOrAdded_IsNotAnswered()
    {
        using var desktop = _stage.StartClient(
            "boot", "--until-loading", "--key", _stage.Files["keys/stick.key"], "--attach", NativeProcess.Binary("stiefel-attach"));
        var challenge = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
        // The desktop keeps asking, and answers a challenge after a second.
        (var datagram, var from) = MiddlemanDatagrams.Receive(_cable);
        while (!CallDatagram.LooksLikeWake(datagram, out _, out _))
        {
            var genuine = CallDatagram.BuildChallenge(_key, NonceOf(datagram), challenge, s_desktop, LaptopIdentity.Of("0123456789abcdef", "wren"));
            foreach (var forged in MiddlemanDatagrams.Forge(genuine).Append(datagram).Append(AskLaptop(datagram)))
            {
                _forged.SendTo(forged, from);
            }

            _cable.SendTo(genuine, from);
            (datagram, from) = MiddlemanDatagrams.Receive(_cable);
        }

        desktop.WaitForLine("called it", s_limit);
        Assert.Equal(0, _forged.Available);
        Assert.True(CallDatagram.TryOpenWake(datagram, _key, NonceOf(datagram), challenge, s_beforeDesktop));
        _forged.SendTo(datagram, s_laptop);
        AskLaptop(DiscoveryDatagram.BuildFind(_key, NonceOf(datagram)));
        AssertNotCalled();
    }

    private static byte[] NonceOf(byte[] datagram) => datagram[8..24];

    // Wait, because the daemon's output arrives a moment later.
    private void AssertNotCalled() =>
        Assert.False(SpinWait.SpinUntil(() => _laptop.Output.Contains("called by", StringComparison.Ordinal), s_moment), _laptop.Output);

    private byte[] AskLaptop(byte[] find)
    {
        _true.SendTo(find, s_laptop);
        return MiddlemanDatagrams.Receive(_true).Datagram;
    }
}
