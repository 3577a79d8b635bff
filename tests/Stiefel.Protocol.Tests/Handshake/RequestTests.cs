using CsCheck;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests.Handshake;

public sealed class RequestTests : IDisposable
{
    private const string Path = "/v1/export";

    private readonly SessionKeys _clientSide;
    private readonly SessionKeys _serverSide;
    private readonly RequestSealer _sealer;
    private readonly RequestOpener _opener;

    public RequestTests()
    {
        (_clientSide, _serverSide) = NewSession();
        _sealer = new RequestSealer(_clientSide);
        _opener = new RequestOpener(_serverSide);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(RequestSealer.MaxBodyBytes)]
    public void TryOpen_WhatWasSealed_GivesBodyAndTheSameAnswerKey(int length)
    {
        var body = Sample.Bytes(length);
        var request = _sealer.Seal(Path, body, out var clientKey);

        Assert.Equal(length + 48, request.Length);
        Assert.True(RequestOpener.TryReadSessionId(request, out var id));
        Assert.Equal(_serverSide.SessionId, id);
        Assert.True(_opener.TryOpen(Path, request, out var opened, out var serverKey));
        Assert.Equal(body, opened);
        Assert.Equal(clientKey, serverKey);
        Assert.Equal(32, clientKey.Length);
    }

    [Fact]
    public void Seal_LargerBody_Throws() =>
        Assert.Throws<ArgumentException>(() => _sealer.Seal(Path, new byte[RequestSealer.MaxBodyBytes + 1], out _));

    [Fact]
    public void TryOpen_Replayed_IsRefused()
    {
        var request = _sealer.Seal(Path, "{}"u8, out _);
        Assert.True(Opens(request));
        Assert.False(Opens(request));
        Assert.True(Opens(_sealer.Seal(Path, "{}"u8, out _)));
        Assert.False(Opens(request));
    }

    [Fact]
    public void TryOpen_LateAfterANewerOne_IsRefused()
    {
        var first = _sealer.Seal(Path, [], out _);
        var second = _sealer.Seal(Path, [], out _);
        Assert.True(Opens(second));
        Assert.False(Opens(first));
    }

    [Fact]
    public void TryOpen_LostRequests_AreNoObstacle()
    {
        for (var i = 0; i < 10; i++)
        {
            _sealer.Seal(Path, [], out _);
        }

        Assert.True(Opens(_sealer.Seal(Path, [], out _)));
    }

    [Fact]
    public void TryOpen_ForgedHighCounter_DoesNotLockTheClientOut()
    {
        var forged = _sealer.Seal(Path, [], out _);
        forged.AsSpan(24, 8).Fill(0xFF);
        Assert.False(Opens(forged));
        Assert.True(Opens(_sealer.Seal(Path, [], out _)));
    }

    [Fact]
    public void TryOpen_OtherPath_IsRefused()
    {
        var request = _sealer.Seal("/v1/kernel", [], out _);
        Assert.False(_opener.TryOpen("/v1/initrd", request, out _, out _));
        Assert.False(_opener.TryOpen("/v1/kernel/", request, out _, out _));
        Assert.False(_opener.TryOpen("", request, out _, out _));
        Assert.True(_opener.TryOpen("/v1/kernel", request, out _, out _));
    }

    [Fact]
    public void TryOpen_AnyBitFlipped_IsRefused()
    {
        var request = _sealer.Seal(Path, "{\"takeOver\":false}"u8, out _);
        for (var bit = 0; bit < request.Length * 8; bit++)
        {
            Assert.False(Opens(Sample.FlipBit(request, bit)), $"bit {bit}");
        }

        Assert.True(Opens(request));
    }

    [Fact]
    public void TryOpen_CutOrExtended_IsRefused()
    {
        var request = _sealer.Seal(Path, Sample.Bytes(30), out _);
        for (var length = 0; length < request.Length; length++)
        {
            Assert.False(Opens(request[..length]));
        }

        Assert.False(Opens([.. request, 0]));
        Assert.False(Opens(new byte[RequestSealer.MaxSealedBytes + 1]));
    }

    [Fact]
    public void TryOpen_AnotherSession_IsRefused()
    {
        var (otherClient, otherServer) = NewSession();
        using var otherSealer = new RequestSealer(otherClient);
        using var otherOpener = new RequestOpener(otherServer);
        var request = otherSealer.Seal(Path, [], out _);
        Assert.False(Opens(request));
        _serverSide.SessionId.Write(request.AsSpan(8));
        Assert.False(Opens(request));
        Assert.True(otherOpener.TryOpen(Path, otherSealer.Seal(Path, [], out _), out _, out _));
    }

    [Fact]
    public void Seal_SameRequestTwice_HasItsOwnBytesAndAnswerKey()
    {
        var first = _sealer.Seal(Path, "{}"u8, out var firstKey);
        var second = _sealer.Seal(Path, "{}"u8, out var secondKey);
        Assert.NotEqual(firstKey, secondKey);
        Assert.NotEqual(first[32..], second[32..]);
    }

    [Fact]
    public void TryOpen_AfterDispose_IsRefused()
    {
        var request = _sealer.Seal(Path, [], out _);
        _opener.Dispose();
        Assert.False(Opens(request));
    }

    [Fact]
    public void SealerAndSession_AfterDispose_MakeNothingAnyMore()
    {
        _sealer.Dispose();
        _clientSide.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _sealer.Seal(Path, [], out _));
        Assert.Throws<ObjectDisposedException>(() => new RequestSealer(_clientSide));
        Assert.Throws<ObjectDisposedException>(() => new RequestOpener(_clientSide));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 1)]
    [InlineData(6, 1)]
    [InlineData(7, 1)]
    public void TryOpen_RightTagButOtherShape_IsRefused(int at, byte value)
    {
        var request = new byte[48];
        RequestFormat.WriteHeader(request, _clientSide.SessionId, 1);
        request[at] = value;
        using var eax = new Protocol.Crypto.AesEax(RequestFormat.Derive(_clientSide, Protocol.Keys.KeyPurpose.ClientToServer));
        eax.Seal(request.AsSpan(0, 32), RequestFormat.Associated(Path), [], [], request.AsSpan(32));
        Assert.False(Opens(request));
        Assert.False(RequestOpener.TryReadSessionId(request, out _));
    }

    [Fact]
    public void TryOpen_ManyThreadsSameRequest_SucceedsOnce()
    {
        for (var round = 0; round < 50; round++)
        {
            var request = _sealer.Seal(Path, Sample.Bytes(100), out _);
            var opened = 0;
            Parallel.For(0, 8, _ =>
            {
                if (Opens(request))
                {
                    Interlocked.Increment(ref opened);
                }
            });
            Assert.Equal(1, opened);
        }
    }

    [Fact]
    public void TryOpen_RandomBytes_AreRefused() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Bool).Sample(
            (bytes, shaped) =>
            {
                if (shaped && bytes.Length >= 48)
                {
                    "STFR\x01\0\0\0"u8.CopyTo(bytes);
                    _serverSide.SessionId.Write(bytes.AsSpan(8));
                }

                RequestOpener.TryReadSessionId(bytes, out _);
                return !Opens(bytes);
            },
            iter: Sample.Tries(2_000));

    [Fact]
    public void SessionId_TextForm_ReadsBack()
    {
        var text = _clientSide.SessionId.ToString();
        Assert.Matches("^[0-9a-f]{32}$", text);
        Assert.True(SessionId.TryParse(text, out var read));
        Assert.Equal(_clientSide.SessionId, read);
        foreach (var wrong in new[] { null, "", "0", text[1..], text + "0", "+" + text[1..], " " + text[1..], "g" + text[1..] })
        {
            Assert.False(SessionId.TryParse(wrong, out _));
        }
    }

    public void Dispose()
    {
        _sealer.Dispose();
        _opener.Dispose();
        _clientSide.Dispose();
        _serverSide.Dispose();
    }

    private static (SessionKeys Client, SessionKeys Server) NewSession()
    {
        using var key = Sample.Key();
        using var client = new ClientHandshake(key);
        Assert.True(Server.TryAccept(client.Hello, [key], Sample.Manifest, out var answer, out var server, out _));
        return (client.Complete(answer).Session, server);
    }

    private bool Opens(byte[] request) => _opener.TryOpen(Path, request, out _, out _);
}
