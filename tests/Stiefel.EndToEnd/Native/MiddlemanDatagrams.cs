using System.Net;
using System.Net.Sockets;

namespace Stiefel.EndToEnd.Native;

/// <summary>Sends, receives and forges the datagrams of a search and of a call for the man in the middle.</summary>
internal static class MiddlemanDatagrams
{
    public const int Size = 128;
    private const int PatienceMilliseconds = 5000;

    /// <summary>Opens a socket in a namespace.</summary>
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

    /// <summary>
    /// Returns forgeries of a datagram: each byte flipped, cut at the end of each field, and made longer. There are few enough for a receiver that handles
    /// a hundred in a tenth of a second.
    /// </summary>
    public static IEnumerable<byte[]> Forge(byte[] datagram) =>
    [
        .. Enumerable.Range(0, Size).Select(at => MiddlemanBytes.Flip(datagram, at, 1 << (at % 8))),
        .. new[] { 0, 4, 6, 8, 24, 40, 48, 112, Size - 1 }.Select(length => datagram[..length]),
        [.. datagram, 0],
        [.. datagram, .. datagram],
    ];
}
