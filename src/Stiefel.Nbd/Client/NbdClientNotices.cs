using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>A connection on which a client repeatedly asks the server for notices (docs/protocol.md#notices).</summary>
public sealed class NbdClientNotices
{
    private readonly ClientStream _stream;

    /// <param name="socket">Connected, blocking, and owned by the caller; its time-outs bound everything.</param>
    /// <exception cref="NbdProtocolException">The peer is not an NBD server.</exception>
    /// <exception cref="SocketException">The socket failed.</exception>
    public NbdClientNotices(Socket socket)
    {
        _stream = new ClientStream(socket);
        _stream.Greet();
    }

    /// <summary>Asks for notices. Returns as soon as the server has one, or an empty list when the server stops waiting.</summary>
    /// <param name="exportName">Name of the export that this client uses.</param>
    /// <param name="number">A number higher than that of any earlier request of this client.</param>
    /// <param name="after">Number of the last notice that the client has; 0 for none.</param>
    /// <param name="proof">32 bytes that prove that the request comes from this client.</param>
    /// <param name="most">Largest number of notices to accept; an answer with more is treated as malformed.</param>
    /// <returns>The notices as received, for the caller to verify.</returns>
    /// <exception cref="NbdProtocolException">The server refuses the request, or its answer is malformed.</exception>
    /// <exception cref="SocketException">The socket failed.</exception>
    public IReadOnlyList<byte[]> Ask(string exportName, ulong number, ulong after, ReadOnlySpan<byte> proof, int most)
    {
        var name = Encoding.UTF8.GetBytes(exportName);
        var data = new byte[4 + name.Length + 8 + 8 + proof.Length];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)name.Length);
        name.CopyTo(data, 4);
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(4 + name.Length), number);
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(4 + name.Length + 8), after);
        proof.CopyTo(data.AsSpan(4 + name.Length + 16));
        _stream.SendOption(NbdOption.Notices, data);

        var told = new List<byte[]>();
        while (_stream.ReceiveReply(NbdOption.Notices, out var body) is var type && type != OptionReplyType.Ack)
        {
            if (type != OptionReplyType.Notice || told.Count == most)
            {
                throw new NbdProtocolException("the NBD server's answer to a request for notices is malformed");
            }

            told.Add(body.ToArray());
        }

        return told;
    }
}
