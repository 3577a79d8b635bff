using System.Text;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;
using Stiefel.Protocol.Tests.Envelope;
using Stiefel.Protocol.Tests.Handshake;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Protocol.Tests.Fuzz;

/// <summary>Every reader of our own protocol accepts or refuses any input in the documented way.</summary>
public sealed class ProtocolFuzzTests : IDisposable
{
    private const long KiB = 1024;

    // The buffer and tables of the cipher that opens a sealed input.
    private const long SealedMost = 48 * KiB;

    private readonly SharedKey _key = Sample.Key(1);
    private readonly SharedKey _other = Sample.Key(2);

    [Fact]
    public void Datagram_Damaged_IsAnsweredOnlyIfGenuine()
    {
        var nonce = Sample.Bytes(DiscoveryDatagram.NonceSize, 5);
        var find = DiscoveryDatagram.BuildFind(_key, nonce);
        var hello = DiscoveryDatagram.BuildHello(_key, nonce, 4644, Sample.Laptop);
        SharedKey[] keys = [_other, _key];

        HostileInput.Feed([find, hello], 50_000, SealedMost, input =>
        {
            // Only an input that ends up unchanged may pass.
            Assert.Equal(input.AsSpan().SequenceEqual(find), DiscoveryDatagram.TryOpenFind(input, keys, out _, out _));
            Assert.Equal(input.AsSpan().SequenceEqual(hello), DiscoveryDatagram.TryOpenHello(input, _key, nonce, out _, out _));
        });
    }

    [Fact]
    public void Call_Damaged_IsHeardOnlyIfGenuine()
    {
        var nonce = Sample.Bytes(DiscoveryDatagram.NonceSize, 5);
        var number = Sample.Bytes(DiscoveryDatagram.NonceSize, 6);
        var challenge = CallDatagram.BuildChallenge(_key, nonce, number, System.Net.IPAddress.IPv6Loopback, Sample.Laptop);
        var wake = CallDatagram.BuildWake(_key, nonce, number, System.Net.IPAddress.Loopback);
        HostileInput.Feed([challenge, wake], 50_000, SealedMost, input =>
        {
            Assert.Equal(input.AsSpan().SequenceEqual(challenge), CallDatagram.TryOpenChallenge(input, _key, nonce, System.Net.IPAddress.IPv6Loopback, out _, out _));
            Assert.Equal(input.AsSpan().SequenceEqual(wake), CallDatagram.TryOpenWake(input, _key, nonce, number, System.Net.IPAddress.Loopback));
        });
    }

    [Fact]
    public void State_Damaged_IsReadOnlyIfGenuine()
    {
        var nonce = Sample.Bytes(DiscoveryDatagram.NonceSize, 5);
        var state = StateDatagram.Build(_key, nonce, System.Net.IPAddress.IPv6Loopback, new LaptopState("0123456789abcdef", 7, LaptopStage.NotNow, 600, "Żółw"));
        HostileInput.Feed([state], 50_000, SealedMost, input =>
            Assert.Equal(input.AsSpan().SequenceEqual(state), StateDatagram.Open(input, _key, nonce, System.Net.IPAddress.IPv6Loopback) is not null));
    }

    /// <summary>A holder of the key can seal any bytes in place of a state. Invalid ones are refused, and a valid text is short.</summary>
    [Fact]
    public void State_SealedByAHolderOfTheKey_IsReadOnlyIfItIsOne()
    {
        var (nonce, number) = (Sample.Bytes(DiscoveryDatagram.NonceSize, 5), Sample.Bytes(DiscoveryDatagram.NonceSize, 6));
        var body = new byte[LaptopIdentity.Size];
        new LaptopState("0123456789abcdef", 7, LaptopStage.NotNow, 600, "Żółw").Write(body);
        HostileInput.Feed([body], 50_000, SealedMost, input =>
        {
            if (input.Length == body.Length && LaptopState.Read(input) is { } state)
            {
                var again = new byte[LaptopIdentity.Size];
                state.Write(again);
                Assert.Equal(input, again);
                var answer = DatagramFrame.SealBody(DatagramFrame.Begin(5, 0, nonce, number), _key, input, new byte[DatagramFrame.AddressSize]);
                Assert.Equal(state, StateDatagram.Open(answer, _key, nonce, System.Net.IPAddress.IPv6Any));
            }
        });
    }

    /// <summary>A holder of the key can seal any bytes in place of an identity. Invalid ones are refused, and a valid name is short.</summary>
    [Fact]
    public void Identity_SealedByAHolderOfTheKey_IsReadOnlyIfItIsOne()
    {
        var (nonce, number) = (Sample.Bytes(DiscoveryDatagram.NonceSize, 5), Sample.Bytes(DiscoveryDatagram.NonceSize, 6));
        var body = new byte[LaptopIdentity.Size];
        LaptopIdentity.Of("0123456789abcdef", "Żółw").Write(body);
        HostileInput.Feed([body], 50_000, SealedMost, input =>
        {
            var answer = SealRaw(DatagramFrame.Begin(2, 4644, nonce, number), input);
            var isOne = DiscoveryDatagram.TryOpenHello(answer, _key, nonce, out _, out var laptop);
            Assert.Equal(isOne, laptop is not null);
            if (laptop is not null)
            {
                Assert.Equal((true, laptop), (LaptopIdentity.IsId(laptop.Id), LaptopIdentity.Of(laptop.Id, laptop.Name)));
            }
        });
    }

    private byte[] SealRaw(byte[] datagram, byte[] body)
    {
        Array.Resize(ref body, LaptopIdentity.Size);
        var key = new byte[SharedKey.Size];
        _key.Derive(KeyPurpose.DiscoveryAnswer, [], key);
        using var eax = new AesEax(key);
        eax.Seal(datagram.AsSpan(0, 40), [], body, datagram.AsSpan(40, LaptopIdentity.Size), datagram.AsSpan(112));
        return datagram;
    }

    [Fact]
    public void ClientHello_DamagedByStrangerOrHolder_IsASessionOrNone()
    {
        using var client = new ClientHandshake(_key);
        var number = 0;
        HostileInput.Feed([client.Hello], 20_000, 64 * KiB, input =>
        {
            // Every eighth input has a valid MAC, because a holder of the key can send anything.
            var isSigned = ++number % 8 == 0 && input.Length == ServerHandshake.ClientHelloSize;
            if (isSigned)
            {
                HelloFormat.Mac(_key, input, input.AsSpan(HelloFormat.CommonSize));
            }

            var accepted = Server.TryAccept(input, [_other, _key], Sample.Manifest, out _, out var session, out _);
            session?.Dispose();
            Assert.True(!accepted || isSigned || input.AsSpan().SequenceEqual(client.Hello));
        });
    }

    [Fact]
    public void ServerHello_Damaged_IsRefused()
    {
        using var client = new ClientHandshake(_key);
        Assert.True(Server.TryAccept(client.Hello, [_key], Sample.Manifest, out var hello, out var server, out _));
        server.Dispose();
        HostileInput.Feed([hello], 20_000, 128 * KiB, input =>
        {
            if (input.AsSpan().SequenceEqual(hello))
            {
                return; // it would complete the handshake
            }

            try
            {
                client.Complete(input).Session.Dispose();
                Assert.Fail("a changed hello was taken for genuine");
            }
            catch (HandshakeException)
            {
                // As documented.
            }
        });
    }

    [Fact]
    public void Manifest_FromAHolder_IsReadOrRefused()
    {
        var manifest = SealedManifest.Encode(Sample.Manifest);
        var refusal = SealedManifest.Encode(new Refusal(RefusalCodes.DiskInUse, "one line"));
        HostileInput.Feed([manifest, refusal], 50_000, 64 * KiB, input =>
        {
            try
            {
                SealedManifest.Decode(input);
            }
            catch (Exception error) when (error is HandshakeException or RefusalException)
            {
                // As documented.
            }
        });
    }

    [Fact]
    public void SealedRequest_Damaged_IsNotOpened()
    {
        using var session = NewSession();
        using var sealer = new RequestSealer(session);
        using var opener = new RequestOpener(session);
        var first = sealer.Seal("/v1/kernel", [], out _);
        var second = sealer.Seal("/v1/modules", "{\"modaliases\":[]}"u8, out _);
        HostileInput.Feed([first, second], 50_000, 8 * KiB, input =>
        {
            if (!input.AsSpan().SequenceEqual(first) && !input.AsSpan().SequenceEqual(second))
            {
                Assert.False(opener.TryOpen("/v1/modules", input, out _, out _));
            }
        });
    }

    [Fact]
    public async Task Envelope_Damaged_GivesOnlyTrueBytes()
    {
        var key = Sample.Bytes(32);
        var plain = Sample.Bytes(300, 2);
        var whole = await Sealed.MakeAsync(key, plain, EnvelopeKind.Data);
        var empty = await Sealed.MakeAsync(key, [], EnvelopeKind.Data);
        HostileInput.Feed([whole, empty], 20_000, 512 * KiB, input =>
        {
            // No input here is longer than a segment, so the call completes synchronously.
            (var read, object? refused) = Sealed.OpenAsync(key, input).GetAwaiter().GetResult();
            Assert.True(refused is not null || input.AsSpan().SequenceEqual(whole) || input.AsSpan().SequenceEqual(empty));
            Assert.True(plain.AsSpan().StartsWith(read));
        });
    }

    [Fact]
    public void SessionFile_Damaged_IsReadOrRefusedInOneLine()
    {
        var plain = new AttachSession
        {
            Mac = "52:54:00:12:34:56",
            ServerAddress = "fe80::5054:ff:fe12:3457",
            Port = 10809,
            ExportName = "s-abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst",
        };
        var inTunnel = plain with { Tunnel = new TunnelSession(4646, TunnelKey.Format(Sample.Bytes(32)), TunnelKey.Format(Sample.Bytes(32, 2)), TunnelKey.Format(Sample.Bytes(32, 3))) };
        HostileInput.Feed([Encoding.UTF8.GetBytes(plain.Format()), Encoding.UTF8.GetBytes(inTunnel.Format())], 50_000, 64 * KiB, input =>
        {
            try
            {
                AttachSession.Parse(Encoding.UTF8.GetString(input));
            }
            catch (FormatException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        });
    }

    [Fact]
    public void Notice_Damaged_IsNoneUnlessGenuine()
    {
        var (key, session) = (Sample.Bytes(32), SessionId.Read(Sample.Bytes(16, 2)));
        var genuine = SessionNotices.Seal(key, session, 5, 7, new Notice(9, NoticeKind.Warning, "the laptop is on battery, 42%"));
        HostileInput.Feed([genuine], 20_000, 8 * KiB, input =>
            Assert.Equal(input.AsSpan().SequenceEqual(genuine), SessionNotices.Open(key, session, 5, 7, input) is not null));
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    private SessionKeys NewSession()
    {
        using var client = new ClientHandshake(_key);
        Assert.True(Server.TryAccept(client.Hello, [_key], Sample.Manifest, out _, out var session, out _));
        return session;
    }
}
