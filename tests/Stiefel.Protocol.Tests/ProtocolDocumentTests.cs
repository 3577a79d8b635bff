using System.IO.Pipelines;
using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Protocol.Tests;

/// <summary>The program does exactly what docs/protocol.md says, to the byte.</summary>
public sealed class ProtocolDocumentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Keys_Documented_AreDerived()
    {
        Assert.Equal(2, ProtocolDocument.Vectors("keys").Count);
        foreach (var vector in ProtocolDocument.Vectors("keys"))
        {
            using var key = SharedKey.FromBytes(vector.Bytes("shared-key"), "k");
            foreach (var (label, purpose) in new[] { ("discovery", KeyPurpose.Discovery), ("discovery-answer", KeyPurpose.DiscoveryAnswer), ("handshake", KeyPurpose.Handshake), ("session", KeyPurpose.Session), ("admin", KeyPurpose.Admin), ("certificate", KeyPurpose.Certificate) })
            {
                var derived = new byte[32];
                key.Derive(purpose, [], derived);
                Assert.Equal(vector.Bytes(label), derived);
            }
        }
    }

    [Fact]
    public void Eax_Documented_IsSealedAndOpened()
    {
        Assert.Equal(2, ProtocolDocument.Vectors("eax").Count);
        foreach (var vector in ProtocolDocument.Vectors("eax"))
        {
            using var eax = new AesEax(vector.Bytes("key"));
            var (plain, tag) = (vector.Bytes("plaintext"), new byte[16]);
            var text = new byte[plain.Length];
            eax.Seal(vector.Bytes("nonce"), vector.Bytes("header"), plain, text, tag);
            Assert.Equal(vector.Bytes("ciphertext"), text);
            Assert.Equal(vector.Bytes("tag"), tag);
        }
    }

    [Fact]
    public void Discovery_Documented_IsBuiltAndOpened()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("discovery"));
        using var key = SharedKey.FromBytes(vector.Bytes("shared-key"), "k");
        var nonce = vector.Bytes("client-nonce");
        var laptop = LaptopOf(vector);

        Assert.Equal(vector.Bytes("find"), DiscoveryDatagram.BuildFind(key, nonce));
        Assert.Equal(vector.Bytes("hello"), DiscoveryDatagram.BuildHello(key, nonce, (int)vector.Number("port"), laptop, vector.Bytes("server-nonce")));
        Assert.True(DiscoveryDatagram.TryOpenFind(vector.Bytes("find"), [key], out _, out _));
        Assert.True(DiscoveryDatagram.TryOpenHello(vector.Bytes("hello"), key, nonce, out var port, out var opened));
        Assert.Equal((vector.Number("port"), laptop), (port, opened));
    }

    [Fact]
    public void Call_Documented_IsMadeByBothSides()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("call"));
        using var key = SharedKey.FromBytes(vector.Bytes("shared-key"), "k");
        var (nonce, challenge) = (vector.Bytes("client-nonce"), vector.Bytes("challenge"));
        var (client, laptop) = (new System.Net.IPAddress(vector.Bytes("client-address")), new System.Net.IPAddress(vector.Bytes("laptop-address")).MapToIPv4());

        Assert.Equal(vector.Bytes("challenge-datagram"), CallDatagram.BuildChallenge(key, nonce, challenge, client, LaptopOf(vector)));
        Assert.Equal(vector.Bytes("wake-datagram"), CallDatagram.BuildWake(key, nonce, challenge, laptop));
        Assert.True(CallDatagram.TryOpenChallenge(vector.Bytes("challenge-datagram"), key, nonce, client, out _, out var opened));
        Assert.Equal(LaptopOf(vector), opened);
        Assert.True(CallDatagram.TryOpenWake(vector.Bytes("wake-datagram"), key, nonce, challenge, laptop));
    }

    [Fact]
    public void State_Documented_IsMadeByBothSides()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("state"));
        using var key = SharedKey.FromBytes(vector.Bytes("shared-key"), "k");
        var client = new System.Net.IPAddress(vector.Bytes("client-address"));
        var state = new LaptopState(
            Convert.ToHexStringLower(vector.Bytes("laptop-id")), (uint)vector.Number("number"), (LaptopStage)vector.Number("stage"), (ushort)vector.Number("seconds"), vector.Quoted("text"));

        Assert.Equal(vector.Bytes("state-datagram"), StateDatagram.Build(key, vector.Bytes("client-nonce"), client, state, vector.Bytes("laptop-nonce")));
        Assert.Equal(state, StateDatagram.Open(vector.Bytes("state-datagram"), key, vector.Bytes("client-nonce"), client));
    }

    private static LaptopIdentity LaptopOf(Vector vector) =>
        LaptopIdentity.Of(Convert.ToHexStringLower(vector.Bytes("laptop-id")), vector.Quoted("laptop-name"));

    [Fact]
    public void HandshakeAndRequest_Documented_AreMadeByBothSides()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("handshake"));
        using var key = SharedKey.FromBytes(vector.Bytes("shared-key"), "k");
        using var client = new ClientHandshake(key, EphemeralKey.From(vector.Bytes("client-scalar"), vector.Bytes("client-nonce")));
        Assert.Equal(vector.Bytes("client-hello"), client.Hello);

        using var ephemeral = EphemeralKey.From(vector.Bytes("server-scalar"), vector.Bytes("server-nonce"));
        Assert.True(ServerHandshake.TryOpen(client.Hello, [key])!.TryAnswer(vector.Bytes("manifest"), ephemeral, out var answer, out var serverSide));
        Assert.Equal(vector.Bytes("server-hello"), answer);

        var (clientSide, manifest) = client.Complete(vector.Bytes("server-hello"));
        Assert.Equal("wren", manifest.Laptop);
        CheckSession(vector, clientSide);
        CheckSession(vector, serverSide);
        CheckRequest(Assert.Single(ProtocolDocument.Vectors("request")), clientSide, serverSide);
    }

    [Fact]
    public void Tunnel_Documented_HasTheseKeys()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("tunnel"));
        using var client = new ClientHandshake(SharedKeyOfTheHandshake, EphemeralKey.From(Handshake.Bytes("client-scalar"), Handshake.Bytes("client-nonce")));
        using var session = client.Complete(Handshake.Bytes("server-hello")).Session;
        Assert.Equal(vector.Bytes("secret"), Handshake.Bytes("secret"));
        Assert.Equal(vector.Bytes("preshared-key"), RequestFormat.Derive(session, KeyPurpose.WireGuard));
        Assert.Equal(vector.Bytes("desktop-public"), X25519.PublicKeyOf(vector.Bytes("desktop-private")));
        Assert.Equal(vector.Bytes("laptop-public"), X25519.PublicKeyOf(vector.Bytes("laptop-private")));
    }

    [Fact]
    public void Goodbye_Documented_HasTheseProofs()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("goodbye"));
        using var client = new ClientHandshake(SharedKeyOfTheHandshake, EphemeralKey.From(Handshake.Bytes("client-scalar"), Handshake.Bytes("client-nonce")));
        using var session = client.Complete(Handshake.Bytes("server-hello")).Session;
        Assert.Equal(vector.Bytes("secret"), Handshake.Bytes("secret"));
        var key = vector.Bytes("goodbye-key");
        Assert.Equal(key, RequestFormat.Derive(session, KeyPurpose.Goodbye));
        Assert.Equal(vector.Bytes("session-id"), Handshake.Bytes("session-id"));
        var number = (ulong)vector.Number("number");
        Assert.Equal(vector.Bytes("proof"), SessionGoodbye.Prove(key, session.SessionId, number));
        Assert.Equal(vector.Bytes("confirmation"), SessionGoodbye.Confirm(key, session.SessionId, number));
    }

    [Fact]
    public void Notices_Documented_AreProvenSealedAndOpened()
    {
        var vector = Assert.Single(ProtocolDocument.Vectors("notices"));
        var goodbye = Assert.Single(ProtocolDocument.Vectors("goodbye"));
        Assert.Equal(goodbye.Bytes("secret"), vector.Bytes("secret"));
        var (key, session) = (goodbye.Bytes("goodbye-key"), SessionId.Read(goodbye.Bytes("session-id")));
        var (number, after) = ((ulong)vector.Number("number"), (ulong)vector.Number("after"));
        var notice = new Notice((ulong)vector.Number("notice"), (NoticeKind)vector.Number("kind"), vector.Quoted("text"));

        // The option ends with the proof; the reply has 20 bytes of header before the notice, and a second header behind it.
        Assert.Equal(vector.Bytes("option")[^32..], SessionNotices.Prove(key, session, number, after));
        var crossing = vector.Bytes("reply")[20..^20];
        Assert.Equal(crossing, SessionNotices.Seal(key, session, number, after, notice));
        Assert.Equal(notice, SessionNotices.Open(key, session, number, after, crossing));
    }

    private static Vector Handshake => Assert.Single(ProtocolDocument.Vectors("handshake"));

    private static SharedKey SharedKeyOfTheHandshake => SharedKey.FromBytes(Handshake.Bytes("shared-key"), "k");

    [Fact]
    public async Task Envelope_Documented_IsWrittenAndRead()
    {
        Assert.Equal(3, ProtocolDocument.Vectors("envelope").Count);
        foreach (var vector in ProtocolDocument.Vectors("envelope"))
        {
            var (key, plain, whole) = (vector.Bytes("key"), vector.Bytes("plaintext"), vector.Bytes("envelope"));
            Assert.Equal(whole, await WriteAsync(key, vector.Bytes("salt"), (EnvelopeKind)vector.Number("kind"), plain));

            await using var reader = await EnvelopeReader.OpenAsync(new MemoryStream(whole), key, Token);
            Assert.Equal((EnvelopeKind)vector.Number("kind"), reader.Kind);
            Assert.Equal(plain, await reader.ReadToEndAsync(plain.Length, Token));
        }
    }

    [Fact]
    public async Task LongEnvelope_Documented_IsWritten()
    {
        Assert.Equal(4, ProtocolDocument.Vectors("long-envelope").Count);
        foreach (var vector in ProtocolDocument.Vectors("long-envelope"))
        {
            var plain = Enumerable.Range(0, (int)vector.Number("plaintext-length")).Select(i => (byte)(i % 251)).ToArray();
            var whole = await WriteAsync(vector.Bytes("key"), vector.Bytes("salt"), (EnvelopeKind)vector.Number("kind"), plain);
            Assert.Equal(vector.Number("envelope-length"), whole.Length);
            Assert.Equal(vector.Bytes("envelope-sha256"), SHA256.HashData(whole));
        }
    }

    [Fact]
    public void SessionFile_Documented_IsWhatIsWrittenAndRead() =>
        Assert.Equal(ProtocolDocument.Block("session"), AttachSession.Parse(ProtocolDocument.Block("session")).Format());

    [Fact]
    public void Limits_Documented_AreTheProgramsOwn()
    {
        Assert.Contains($"| UDP {WellKnownPorts.Discovery} |", ProtocolDocument.Text, StringComparison.Ordinal);
        Assert.Contains($"| TCP {WellKnownPorts.Boot} |", ProtocolDocument.Text, StringComparison.Ordinal);
        Assert.Contains($"| TCP {WellKnownPorts.Admin} |", ProtocolDocument.Text, StringComparison.Ordinal);
        Assert.Contains($"| TCP {WellKnownPorts.Nbd} |", ProtocolDocument.Text, StringComparison.Ordinal);
        Assert.Contains($"| UDP {WellKnownPorts.Tunnel} |", ProtocolDocument.Text, StringComparison.Ordinal);
        Assert.Contains($"| address inside | `{TunnelPlan.Laptop}/{TunnelPlan.PrefixLength}` | `{TunnelPlan.Desktop}/{TunnelPlan.PrefixLength}` |", ProtocolDocument.Text, StringComparison.Ordinal);
        Assert.Contains($"| persistent keepalive | {TunnelPlan.KeepAliveSeconds} s |", ProtocolDocument.Text, StringComparison.Ordinal);
        Assert.Contains($"at least {TunnelPlan.LeastLinkMtu} bytes", ProtocolDocument.Text, StringComparison.Ordinal);
        AssertLimit("discovery datagram", DiscoveryDatagram.Size);
        AssertLimit("client's hello", ServerHandshake.ClientHelloSize);
        AssertLimit("server's hello", ClientHandshake.MaxServerHello);
        AssertLimit("body of a request", RequestSealer.MaxBodyBytes);
        AssertLimit("body of a request", RequestSealer.MaxSealedBytes);
        AssertLimit("refusal", RefusalEnvelope.MaxBytes);
        AssertLimit("passphrase", UnlockAnswer.MaxPassphraseBytes);
        AssertLimit("passphrase", UnlockAnswer.MaxTries);
        AssertLimit("keys of a server", SharedKey.MaxAccepted);
        AssertLimit("session file", AttachSession.MaxLength);
    }

    [Fact]
    public async Task Vectors_RecomputedInPython_Agree()
    {
        // vectors.py was written from the document alone, as a third party would do.
        var output = await Python.RunAsync([Path.Combine(AppContext.BaseDirectory, "vectors.py"), ProtocolDocument.Path], "", Token);
        Assert.Contains("58 values agree, 0 do not", output, StringComparison.Ordinal);
    }

    private static void AssertLimit(string what, int value)
    {
        var row = Assert.Single(ProtocolDocument.Text.Split('\n'), line => line.StartsWith($"| {what} |", StringComparison.Ordinal));
        Assert.Contains($" {value:#,0}", row.Replace('|', ' '), StringComparison.Ordinal);
    }

    private static void CheckSession(Vector vector, SessionKeys session)
    {
        Assert.Equal(Convert.ToHexStringLower(vector.Bytes("session-id")), session.SessionId.ToString());
        Assert.Equal(vector.Quoted("export-name"), session.ExportName);
        Assert.Equal(vector.Bytes("server-hello-key"), RequestFormat.Derive(session, KeyPurpose.ServerHello));
        Assert.Equal(vector.Bytes("client-to-server"), RequestFormat.Derive(session, KeyPurpose.ClientToServer));
        Assert.Equal(vector.Bytes("server-to-client"), RequestFormat.Derive(session, KeyPurpose.ServerToClient));
    }

    private static void CheckRequest(Vector vector, SessionKeys clientSide, SessionKeys serverSide)
    {
        using var sealer = new RequestSealer(clientSide);
        using var opener = new RequestOpener(serverSide);
        Assert.Equal(vector.Bytes("request"), sealer.Seal(vector.Quoted("path"), vector.Bytes("body"), out var clientKey));
        Assert.Equal(vector.Bytes("answer-key"), clientKey);
        Assert.True(opener.TryOpen(vector.Quoted("path"), vector.Bytes("request"), out var body, out var serverKey));
        Assert.Equal(vector.Bytes("body"), body);
        Assert.Equal(vector.Bytes("answer-key"), serverKey);
    }

    private static async Task<byte[]> WriteAsync(byte[] key, byte[] salt, EnvelopeKind kind, byte[] plain)
    {
        var stream = new MemoryStream();
        await using var writer = new EnvelopeWriter(PipeWriter.Create(stream), key, kind, salt);
        await writer.WriteAsync(plain, Token);
        await writer.CompleteAsync(Token);
        return stream.ToArray();
    }
}
