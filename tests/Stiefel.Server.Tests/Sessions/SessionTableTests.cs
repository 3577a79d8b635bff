using System.Net;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Offers;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.Tests.Sessions;

public sealed class SessionTableTests : IDisposable
{
    private static readonly BootManifest s_manifest = new() { Title = "t", Kernel = new BootFile(0, ""), Initrd = new BootFile(0, ""), CommandLine = "" };

    private readonly SharedKey _key = SharedKey.Generate("stick");
    private readonly SessionTable _table = new();

    public void Dispose()
    {
        _table.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void TryOpen_FirstRequest_ConfirmsOnce()
    {
        using var client = Add();
        Assert.Empty(_table.Confirmed);
        Assert.True(_table.TryOpen("/v1/kernel", client.Seal("/v1/kernel", [1], out var key), out var first));
        Assert.True(first.IsFirst);
        Assert.Equal([1], first.Body);
        Assert.Equal(key, first.AnswerKey);
        Assert.True(_table.TryOpen("/v1/kernel", client.Seal("/v1/kernel", [], out _), out var second));
        Assert.False(second.IsFirst);
        Assert.Single(_table.Confirmed);
    }

    [Fact]
    public void Add_MorePendingThanFit_DropsTheOldestPendingOnly()
    {
        using var confirmed = Add();
        Assert.True(_table.TryOpen("/x", confirmed.Seal("/x", [], out _), out _));
        using var oldest = Add();
        using var next = Add();
        for (var i = 1; i < SessionTable.MaxPending; i++)
        {
            Add().Dispose();
        }

        Assert.False(_table.TryOpen("/x", oldest.Seal("/x", [], out _), out _));
        Assert.True(_table.TryOpen("/x", next.Seal("/x", [], out _), out _));
        Assert.True(_table.TryOpen("/x", confirmed.Seal("/x", [], out _), out _));
    }

    [Fact]
    public void Confirmed_MoreThanFit_DropsTheOldest()
    {
        using var oldest = Add();
        Assert.True(_table.TryOpen("/x", oldest.Seal("/x", [], out _), out var request));
        for (var i = 0; i < SessionTable.MaxConfirmed; i++)
        {
            using var client = Add();
            Assert.True(_table.TryOpen("/x", client.Seal("/x", [], out _), out _));
        }

        Assert.Equal(SessionTable.MaxConfirmed, _table.Confirmed.Count);
        Assert.True(request.Session.Ended.IsCancellationRequested); // otherwise its transfers would continue after its key is revoked
        Assert.False(_table.TryOpen("/x", oldest.Seal("/x", [], out _), out _));
    }

    [Fact]
    public void TryOpen_UnknownSession_IsRefused()
    {
        using var other = new SessionTable();
        using var client = Add();
        Assert.False(other.TryOpen("/x", client.Seal("/x", [], out _), out _));
    }

    private RequestSealer Add()
    {
        using var handshake = new ClientHandshake(_key);
        Assert.True(ServerHandshake.TryOpen(handshake.Hello, [_key])!.TryAnswer(s_manifest, out var hello, out var serverKeys));
        var name = _key.Name;
        using (serverKeys)
        {
            _table.Add(new BootSession(serverKeys, name, name, IPAddress.Loopback, new BootOffer(s_manifest, ""), DateTimeOffset.UnixEpoch));
        }

        var (keys, _) = handshake.Complete(hello);
        using (keys)
        {
            return new RequestSealer(keys);
        }
    }
}
