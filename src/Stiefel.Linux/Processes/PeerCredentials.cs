using System.Buffers.Binary;
using System.Net.Sockets;

namespace Stiefel.Linux.Processes;

/// <summary>The process at the other end of a Unix domain socket, as the kernel noted it when the connection was made (SO_PEERCRED, man 7 unix).</summary>
/// <param name="Process">Its number.</param>
/// <param name="User">Its user, in the user namespace of this process.</param>
public readonly record struct PeerCredentials(int Process, uint User)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int Size = 3 * sizeof(int);

    /// <summary>Asks the kernel.</summary>
    /// <param name="socket">A connected Unix domain socket.</param>
    /// <exception cref="SocketException">It is none.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[Size];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return new PeerCredentials(Read(credentials), (uint)Read(credentials[sizeof(int)..]));

        static int Read(ReadOnlySpan<byte> bytes) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt32BigEndian(bytes);
    }
}
