using System.Net.Sockets;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>The last commands of a client that is its own kernel for once: FLUSH, and DISC.</summary>
public static class NbdClientFlush
{
    private const ulong Cookie = 1;

    /// <summary>Flushes and ends the connection, whose handshake is done and on which nothing was asked yet.</summary>
    /// <returns>True if all that this client wrote is on the medium; false if something of it is lost.</returns>
    /// <exception cref="SocketException">The socket failed; nothing is known.</exception>
    /// <exception cref="NbdProtocolException">What came is no answer.</exception>
    public static bool FlushAndLeave(Socket socket)
    {
        var stream = new ClientStream(socket);
        Span<byte> request = stackalloc byte[NbdRequest.CompactSize];
        new NbdRequest(0, NbdCommand.Flush, Cookie, 0, 0).Write(request, ReplyFormat.Simple);
        stream.SendAll(request);
        Span<byte> answer = stackalloc byte[SimpleReply.Size];
        stream.ReceiveExactly(answer);
        if (!SimpleReply.TryRead(answer, out var reply) || reply.Cookie != Cookie)
        {
            throw new NbdProtocolException("the NBD server's answer to a flush is malformed");
        }

        new NbdRequest(0, NbdCommand.Disconnect, Cookie, 0, 0).Write(request, ReplyFormat.Simple);
        stream.SendAll(request);

        // Until the server has closed it, it is one that may write.
        while (socket.Receive(answer) > 0)
        {
        }

        return reply.Error == NbdError.None;
    }
}
