using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests.Handshake;

public sealed class HandshakeTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Complete_HonestServer_GivesBothSidesTheSameSession(int keySize)
    {
        using var key = Sample.Key(1, keySize);
        using var client = new ClientHandshake(key);

        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var answer, out var serverSide, out var name));
        var (clientSide, manifest) = client.Complete(answer);

        Assert.Equal(key.Name, name);
        Assert.Equivalent(Sample.Manifest, manifest);
        Assert.Equal(serverSide.SessionId, clientSide.SessionId);
        Assert.Equal(serverSide.ExportName, clientSide.ExportName);
        Assert.Matches("^s-[a-z2-7]{52}$", clientSide.ExportName);
        foreach (var purpose in Enum.GetValues<KeyPurpose>())
        {
            Assert.Equal(Derived(serverSide, purpose), Derived(clientSide, purpose));
        }
    }

    [Fact]
    public void TryOpen_SixtyFourKeys_FindsTheRightOne()
    {
        var keys = Enumerable.Range(0, SharedKey.MaxAccepted).Select(i => Sample.Key(i)).ToArray();
        foreach (var key in keys)
        {
            using var client = new ClientHandshake(key);
            Assert.True(Server.TryAccept(client.Hello, keys, Sample.Manifest, out var answer, out _, out var name));
            Assert.Equal(key.Name, name);
            client.Complete(answer);
        }
    }

    [Fact]
    public void TryOpen_SixtyFiveKeys_Throws()
    {
        using var client = new ClientHandshake(Sample.Key());
        Assert.Throws<ArgumentException>(() => ServerHandshake.TryOpen(client.Hello, Enumerable.Range(0, 65).Select(i => Sample.Key(i))));
    }

    [Fact]
    public void TryOpen_UnknownKey_GivesNothing()
    {
        using var client = new ClientHandshake(Sample.Key(1));
        Assert.Null(ServerHandshake.TryOpen(client.Hello, [Sample.Key(2), Sample.Key(3)]));
    }

    [Fact]
    public void TryOpen_NoKeys_GivesNothing()
    {
        using var client = new ClientHandshake(Sample.Key());
        Assert.Null(ServerHandshake.TryOpen(client.Hello, []));
    }

    [Fact]
    public void TryAnswer_KeyDisposedOfMeanwhile_Throws()
    {
        var key = Sample.Key();
        using var client = new ClientHandshake(key);
        var opened = ServerHandshake.TryOpen(client.Hello, [key])!;
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => opened.TryAnswer(Sample.Manifest, out _, out _));
    }

    [Fact]
    public void TryOpen_SameHelloTwice_GivesUnrelatedSessions()
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var first, out var firstSession, out _));
        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var second, out var secondSession, out _));

        Assert.NotEqual(first[8..104], second[8..104]);
        Assert.NotEqual(firstSession.SessionId, secondSession.SessionId);
        Assert.NotEqual(firstSession.ExportName, secondSession.ExportName);
    }

    [Fact]
    public void Complete_TwoHandshakesWithOneKey_ShareNothing()
    {
        using var key = Sample.Key();
        using var first = new ClientHandshake(key);
        using var second = new ClientHandshake(key);
        Assert.NotEqual(first.Hello[8..40], second.Hello[8..40]);
        Assert.NotEqual(first.Hello[40..104], second.Hello[40..104]);
        Assert.NotEqual(first.Hello[104..], second.Hello[104..]);
    }

    [Fact]
    public void Complete_ServerRefuses_ThrowsItsReason()
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        var refusal = new Refusal(RefusalCodes.NoBootFiles, "no kernel found on /dev/sda");
        Assert.True(ServerHandshake.TryOpen(client.Hello, [key])!.TryRefuse(refusal, out var answer));

        Assert.Equal(refusal, Assert.Throws<RefusalException>(() => client.Complete(answer)).Refusal);
    }

    [Fact]
    public void TryOpen_ManifestTooLarge_FailsOnTheServer()
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        var manifest = Sample.Manifest with { CommandLine = new string('x', 64 * 1024) };
        Assert.Throws<InvalidOperationException>(() => Server.TryAccept(client.Hello, [key], manifest, out _, out _, out _));
    }

    [Fact]
    public void Complete_LargestManifest_Works()
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        var manifest = Sample.Manifest with { CommandLine = new string('x', 60 * 1024) };
        Assert.True(Server.TryAccept(client.Hello, [key], manifest, out var answer, out _, out _));
        Assert.True(answer.Length <= ClientHandshake.MaxServerHello);
        Assert.Equal(manifest.CommandLine, client.Complete(answer).Manifest.CommandLine);
    }

    [Fact]
    public void Complete_Twice_Throws()
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var answer, out _, out _));
        client.Complete(answer);
        Assert.Throws<InvalidOperationException>(() => client.Complete(answer));
    }

    [Fact]
    public void Session_SharedKeyKnownLater_DoesNotFollowFromTheRecording()
    {
        // Forward secrecy: the shared key and all messages, without an ephemeral private key, give different session keys.
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var answer, out var session, out _));
        using var thief = EphemeralKey.Generate();
        Assert.True(thief.TryAgree(answer.AsSpan(40, 64), out var guess));
        using var stolen = SessionKeys.Create(key, guess, client.Hello, answer.AsSpan(0, 108));
        Assert.NotEqual(session.ExportName, stolen.ExportName);
    }


    private static byte[] Derived(SessionKeys session, KeyPurpose purpose)
    {
        var output = new byte[32];
        session.Derive(purpose, output);
        return output;
    }
}
