using System.IO.Pipelines;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Handshake;

namespace Stiefel.Protocol.Tests.Handshake;

/// <summary>There is only one version. Every message with another version is refused, even from a holder of the key.</summary>
public sealed class DowngradeTests
{
    private const int VersionAt = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<byte> OtherVersions => [0, 2, 3, 127, 255];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(127)]
    [InlineData(255)]
    public void Discovery_OtherVersion_IsRefused(byte version)
    {
        using var key = Sample.Key();
        var nonce = Sample.Bytes(16);
        Assert.False(DiscoveryDatagram.TryOpenFind(With(DiscoveryDatagram.BuildFind(key, nonce), version), [key], out _, out _));
        Assert.False(DiscoveryDatagram.TryOpenHello(With(DiscoveryDatagram.BuildHello(key, nonce, 1, Sample.Laptop), version), key, nonce, out _, out _));
    }

    [Theory]
    [MemberData(nameof(OtherVersions))]
    public void Handshake_OtherVersion_IsRefusedByBothSides(byte version)
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        Assert.False(Server.TryAccept(With(client.Hello, version), [key], Sample.Manifest, out _, out _, out _));
        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var answer, out var session, out _));
        session.Dispose();
        Assert.Throws<HandshakeException>(() => client.Complete(With(answer, version)));
    }

    [Theory]
    [MemberData(nameof(OtherVersions))]
    public async Task RequestAndEnvelope_OtherVersion_AreRefused(byte version)
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var hello, out var serverSide, out _));
        var (clientSide, _) = client.Complete(hello);
        using var sealer = new RequestSealer(clientSide);
        using var opener = new RequestOpener(serverSide);
        Assert.False(opener.TryOpen("/v1/kernel", With(sealer.Seal("/v1/kernel", [], out var answerKey), version), out _, out _));

        var whole = new MemoryStream();
        await using (var writer = new EnvelopeWriter(PipeWriter.Create(whole), answerKey, EnvelopeKind.Data))
        {
            await writer.CompleteAsync(Token);
        }

        await Assert.ThrowsAsync<EnvelopeException>(() => EnvelopeReader.OpenAsync(new MemoryStream(With(whole.ToArray(), version)), answerKey, Token));
    }

    private static byte[] With(byte[] message, byte version)
    {
        var changed = (byte[])message.Clone();
        changed[VersionAt] = version;
        return changed;
    }
}
