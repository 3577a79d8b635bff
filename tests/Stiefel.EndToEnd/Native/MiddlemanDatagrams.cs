using System.Net;
using System.Net.Sockets;

namespace Stiefel.EndToEnd.Native;

/// <summary>The datagrams of a search and of a call, as the man in the middle carries and changes them.</summary>
internal static class MiddlemanDatagrams
{
    public const int Size = 128;
    private const int PatienceMilliseconds = 5000;

    /// <summary>A socket of his.</summary>
    public static Socket Open(string space, int port = 0) => Namespaces.Within(space, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = PatienceMilliseconds };
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    });

    public static (byte[] Datagram, EndPoint From) Receive(Socket socket)
    {
        var buffer = new byte[2 * Size];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        var length = socket.ReceiveFrom(buffer, ref from);
        return (buffer[..length], from);
    }

    /// <summary>Each byte flipped, cut off where a field ends, and made longer; few enough for one that looks at a hundred in a tenth of a second.</summary>
    public static IEnumerable<byte[]> Forge(byte[] datagram) =>
    [
        .. Enumerable.Range(0, Size).Select(at => MiddlemanBytes.Flip(datagram, at, 1 << (at % 8))),
        .. new[] { 0, 4, 6, 8, 24, 40, 48, 112, Size - 1 }.Select(length => datagram[..length]),
        [.. datagram, 0],
        [.. datagram, .. datagram],
    ];
}
