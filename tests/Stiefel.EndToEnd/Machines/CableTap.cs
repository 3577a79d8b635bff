using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Network;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Joins the cable of virtual machines to an interface in a network namespace: each hears what the other sends. Keeps every frame that a machine sends as a DHCP
/// server.
/// </summary>
internal sealed class CableTap : IAsyncDisposable
{
    private const int HeaderSize = sizeof(uint), MostBytes = 65536 + 64, LargestPlain = 1514;
    private const int EthernetSize = 14, ProtocolAt = EthernetSize + 9;
    private const byte ProtocolUdp = 17;
    private const ushort Ipv4 = 0x0800, DhcpServer = 67, PxeServer = 4011;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<byte[]> _asServer = new();
    private readonly EthernetSocket _card;
    private readonly Task _work;

    /// <summary>Begins; the machines' end of the cable may come later.</summary>
    /// <param name="socketPath">The cable's socket, which a machine listens on.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="card">The name of the interface in it.</param>
    public CableTap(string socketPath, string space, string card)
    {
        _card = Namespaces.Within(space, () => new EthernetSocket(RouteNetlink.ListLinks().Single(link => link.Name == card).Index, EthernetSocket.AllProtocols));
        _work = RunAsync(socketPath, _stop.Token);
    }

    /// <summary>What a machine sent as a DHCP server, whole frames in their order.</summary>
    public IReadOnlyCollection<byte[]> SentAsServer => [.. _asServer];

    /// <summary>Forgets what was sent until now.</summary>
    public void Forget() => _asServer.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _card.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(string socketPath, CancellationToken token)
    {
        using var cable = await ConnectAsync(socketPath, token);
        using var stream = new NetworkStream(cable);
        await await Task.WhenAny(FromCableAsync(stream, token), ToCableAsync(stream, token));
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken token)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(50, token);
            }
        }
    }

    // QEMU puts its length before each frame (-netdev stream).
    private async Task FromCableAsync(NetworkStream cable, CancellationToken token)
    {
        var buffer = new byte[MostBytes];
        while (true)
        {
            await cable.ReadExactlyAsync(buffer.AsMemory(0, HeaderSize), token);
            var frame = buffer.AsMemory(0, BinaryPrimitives.ReadInt32BigEndian(buffer));
            await cable.ReadExactlyAsync(frame, token);
            if (SourcePort(frame.Span) is DhcpServer or PxeServer)
            {
                _asServer.Enqueue(frame.ToArray());
            }

            // What the machines say to each other in large segments is for nobody here.
            if (frame.Length <= LargestPlain)
            {
                Send(frame.Span);
            }
        }
    }

    private void Send(ReadOnlySpan<byte> frame)
    {
        try
        {
            _card.Send(frame);
        }
        catch (SocketException)
        {
            // A full queue loses frames, as a switch does.
        }
    }

    private async Task ToCableAsync(NetworkStream cable, CancellationToken token)
    {
        var buffer = new byte[HeaderSize + MostBytes];
        while (true)
        {
            var length = await _card.ReceiveAsync(buffer.AsMemory(HeaderSize), token);
            // A virtual card leaves checksums to the one at its other end; UDP over IPv4 needs none.
            if (SourcePort(buffer.AsSpan(HeaderSize, length)) is not null)
            {
                buffer.AsSpan(HeaderSize + EthernetSize + IpSize(buffer.AsSpan(HeaderSize)) + 6, sizeof(ushort)).Clear();
            }

            BinaryPrimitives.WriteInt32BigEndian(buffer, length);
            await cable.WriteAsync(buffer.AsMemory(0, HeaderSize + length), token);
        }
    }

    private static ushort? SourcePort(ReadOnlySpan<byte> frame) =>
        frame.Length > EthernetSize + 28 && BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == Ipv4 && frame[ProtocolAt] == ProtocolUdp
            && frame.Length >= EthernetSize + IpSize(frame) + 8
            ? BinaryPrimitives.ReadUInt16BigEndian(frame[(EthernetSize + IpSize(frame))..])
            : null;

    private static int IpSize(ReadOnlySpan<byte> frame) => (frame[EthernetSize] & 15) * 4;
}
