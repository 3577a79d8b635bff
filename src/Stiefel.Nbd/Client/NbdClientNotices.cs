using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>A connection on which a client asks again and again what the server has to tell it (docs/protocol.md#notices).</summary>
public sealed class NbdClientNotices
{
    private readonly ClientStream _stream;

    /// <param name="socket">Connected, blocking, and owned by the caller; its time-outs bound everything.</param>
    /// <exception cref="NbdProtocolException">The peer is no NBD server.</exception>
    /// <exception cref="SocketException">The socket failed.</exception>
    public NbdClientNotices(Socket socket)
    {
        _stream = new ClientStream(socket);
        _stream.Greet();
    }

    /// <summary>Returns as soon as there is something, or, with nothing, when the server has waited long enough.</summary>
    /// <param name="exportName">Which export is used.</param>
    /// <param name="number">Above those of all questions before.</param>
    /// <param name="after">The last notice that is known; 0 for none.</param>
    /// <param name="proof">32 bytes: that this client asks.</param>
    /// <param name="most">More in one answer is none.</param>
    /// <returns>What is told, for the caller to verify.</returns>
    /// <exception cref="NbdProtocolException">It is refused, or no answer.</exception>
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
                throw new NbdProtocolException("the NBD server's answer to a question for notices is malformed");
            }

            told.Add(body.ToArray());
        }

        return told;
    }
}
