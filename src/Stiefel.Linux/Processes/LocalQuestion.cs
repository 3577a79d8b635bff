using System.Net.Sockets;
using System.Text;

namespace Stiefel.Linux.Processes;

/// <summary>Asks another process of this machine through its Unix socket: one byte, answered by one text, after which the other side closes the connection.</summary>
public static class LocalQuestion
{
    private const int Milliseconds = 5_000;

    /// <summary>Asks and reads the answer up to its end.</summary>
    /// <param name="path">The socket's path.</param>
    /// <param name="question">The question.</param>
    /// <param name="maxBytes">Largest accepted answer, in bytes.</param>
    /// <exception cref="SocketException">Nobody answers.</exception>
    public static string Ask(string path, byte question, int maxBytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = socket.SendTimeout = Milliseconds;
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send([question]);
        var bytes = new byte[maxBytes];
        var length = 0;
        while (length < bytes.Length && socket.Receive(bytes.AsSpan(length)) is > 0 and var count)
        {
            length += count;
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
