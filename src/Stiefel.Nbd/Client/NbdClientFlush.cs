using System.Net.Sockets;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>Sends the last commands of a client, FLUSH and DISC, from user space instead of the kernel.</summary>
public static class NbdClientFlush
{
    private const ulong Cookie = 1;

    /// <summary>Flushes the export and disconnects. The handshake must be done, and no request may have been sent yet.</summary>
    /// <returns>True if everything this client wrote is on the medium; false if some of it is lost.</returns>
    /// <exception cref="SocketException">The socket failed; whether the data is on the medium is unknown.</exception>
    /// <exception cref="NbdProtocolException">The server's answer is malformed.</exception>
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

        // Wait until the server closes the connection; until then it still counts as one that may write.
        while (socket.Receive(answer) > 0)
        {
        }

        return reply.Error == NbdError.None;
    }
}
