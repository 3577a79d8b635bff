using System.Net.Sockets;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

/// <summary>Lends pages of a file to a socket. Needs Linux 6.5, as PagePipe does.</summary>
public sealed class PagePipeTests : IDisposable
{
    private const int Capacity = 1 << 20;

    private readonly TemporaryDirectory _directory = new();
    private readonly PagePipe? _pipe = PagePipe.TryCreate(Capacity);

    [Fact]
    public async Task Pages_OfAnyPlace_ArriveAtTheSocket()
    {
        Assert.NotNull(_pipe);
        (var device, var content) = Image((2 << 20) + 100);
        using var toDispose = device;
        (var near, var far) = Connected();
        using (near)
        using (far)
        {
            foreach ((var offset, var length) in ((int, int)[])[(0, Capacity), (4095, Capacity - 4095), (1 << 20, 1), (content.Length - 70_001, 70_001)])
            {
                Assert.True(device.TryLend(offset, length, _pipe));
                Assert.Equal(length, _pipe.Length);

                var received = Task.Run(() => Receive(far, length), TestContext.Current.CancellationToken);
                while (_pipe.Length > 0)
                {
                    Assert.True(_pipe.SendTo(near.SafeHandle) > 0);
                }

                Assert.Equal(content[offset..(offset + length)], await received);
            }
        }
    }

    [Fact]
    public void TryLend_MoreThanThePipeHolds_IsFalse()
    {
        Assert.NotNull(_pipe);
        using var device = Image(3 << 20).Device;
        Assert.False(device.TryLend(1, Capacity, _pipe));
    }

    [Fact]
    public void TryLend_PastTheEnd_IsAnInputOutputError()
    {
        Assert.NotNull(_pipe);
        using var device = Image(100_000).Device;
        Assert.Equal(Errno.EIO, Assert.Throws<LinuxException>(() => device.TryLend(50_000, 60_000, _pipe)).Errno);
    }

    public void Dispose()
    {
        _pipe?.Dispose();
        _directory.Dispose();
    }

    private (BlockDevice Device, byte[] Content) Image(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        var path = Path.Combine(_directory.Path, "image");
        File.WriteAllBytes(path, content);
        return (BlockDevice.Open(path, readOnly: true), content);
    }

    // Connect synchronously: .NET's asynchronous calls switch sockets to non-blocking mode, which servers do not use.
    private (Socket Near, Socket Far) Connected()
    {
        var place = new UnixDomainSocketEndPoint(_directory.File("socket"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen(1);
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        near.Connect(place);
        return (near, listener.Accept());
    }

    private static byte[] Receive(Socket socket, int length)
    {
        var buffer = new byte[length];
        socket.ReceiveTimeout = 20_000;
        for (var have = 0; have < length;)
        {
            var count = socket.Receive(buffer.AsSpan(have));
            Assert.True(count > 0);
            have += count;
        }

        return buffer;
    }
}
