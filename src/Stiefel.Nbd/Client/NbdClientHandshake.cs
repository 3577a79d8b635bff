using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>
/// The client's side of the handshake (proto.md#fixed-newstyle-negotiation), up to the point where the socket can be
/// handed to the kernel. Nothing is read beyond the handshake: the next byte on the socket belongs to the kernel.
/// </summary>
public static class NbdClientHandshake
{
    /// <summary>
    /// Enters transmission on a connected, blocking socket. The socket's own timeouts bound it.
    /// Throws <see cref="NbdProtocolException"/> if the server refuses or is no fixed-newstyle server, <see cref="SocketException"/> if the socket fails.
    /// </summary>
    /// <param name="socket">Connected, blocking.</param>
    /// <param name="exportName">Name of the export, at most 4096 bytes of UTF-8.</param>
    /// <param name="generation">This connection's generation (docs/protocol.md#generations); 0 for none. Servers that know no generations ignore it.</param>
    public static NbdExportInfo Connect(Socket socket, string exportName, ulong generation = 0)
    {
        var name = NameOf(exportName);
        var stream = new ClientStream(socket);
        stream.Greet();
        if (generation != 0)
        {
            Number(stream, generation);
        }

        SendGo(stream, name);
        return ReceiveInfo(stream);
    }

    /// <summary>Says that this client is done with the export for good (docs/protocol.md#goodbye), on a fresh connection.</summary>
    /// <param name="socket">Connected, blocking.</param>
    /// <param name="exportName">Name of the export, at most 4096 bytes of UTF-8.</param>
    /// <param name="number">A number higher than that of any earlier connection or goodbye of this client.</param>
    /// <param name="proof">32 bytes that prove that the goodbye comes from this client.</param>
    /// <returns>The server's proof that it heard the goodbye, for the caller to verify.</returns>
    /// <exception cref="NbdProtocolException">The server refuses the goodbye, for now or for ever.</exception>
    /// <exception cref="SocketException">The socket failed; whether the server heard the goodbye is unknown.</exception>
    public static byte[] SayGoodbye(Socket socket, string exportName, ulong number, ReadOnlySpan<byte> proof)
    {
        var name = NameOf(exportName);
        var data = new byte[4 + name.Length + 8 + proof.Length];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)name.Length);
        name.CopyTo(data, 4);
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(4 + name.Length), number);
        proof.CopyTo(data.AsSpan(4 + name.Length + 8));

        var stream = new ClientStream(socket);
        stream.Greet();
        stream.SendOption(NbdOption.Goodbye, data);
        return stream.ReceiveReply(NbdOption.Goodbye, out var answer) == OptionReplyType.Goodbye
            ? answer.ToArray()
            : throw new NbdProtocolException("the NBD server's answer to the goodbye contains no proof");
    }

    private static byte[] NameOf(string exportName)
    {
        var name = Encoding.UTF8.GetBytes(exportName);
        return name.Length <= NbdLimits.MaxStringLength
            ? name
            : throw new ArgumentException($"an export name has at most {NbdLimits.MaxStringLength} bytes, not {name.Length}", nameof(exportName));
    }

    private static void Number(ClientStream stream, ulong generation)
    {
        Span<byte> data = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(data, generation);
        stream.SendOption(NbdOption.Generation, data);
        try
        {
            if (stream.ReceiveReply(NbdOption.Generation, out _) != OptionReplyType.Ack)
            {
                throw new NbdProtocolException("the NBD server neither accepts nor refuses this connection's generation number");
            }
        }
        catch (NbdProtocolException refused) when (refused.IsUnsupported)
        {
            // An older server, which orders connections by their arrival.
        }
    }

    // proto.md#option-types, NBD_OPT_GO: 32 bits name length, name, 16 bits number of information requests, 16 bits each.
    private static void SendGo(ClientStream stream, byte[] name)
    {
        var data = new byte[4 + name.Length + 2 + 2];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)name.Length);
        name.CopyTo(data, 4);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4 + name.Length), 1);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4 + name.Length + 2), (ushort)InfoType.BlockSize);
        stream.SendOption(NbdOption.Go, data);
    }

    private static NbdExportInfo ReceiveInfo(ClientStream stream)
    {
        // Defaults for a server that sends no NBD_INFO_BLOCK_SIZE (proto.md#block-size-constraints).
        var info = new NbdExportInfo(-1, TransmissionFlags.None, 1, 4096, NbdLimits.MaxPayload);
        for (var replies = 0; replies < NbdLimits.MaxOptionReplies; replies++)
        {
            if (stream.ReceiveReply(NbdOption.Go, out var body) == OptionReplyType.Ack)
            {
                return info.Size >= 0 ? info : throw new NbdProtocolException("the NBD server accepted the export without stating its size");
            }

            info = Apply(info, body);
        }

        throw new NbdProtocolException("the NBD server's answer to NBD_OPT_GO does not end");
    }

    private static NbdExportInfo Apply(NbdExportInfo info, ReadOnlySpan<byte> body)
    {
        if (body.Length < 2)
        {
            throw new NbdProtocolException("the NBD server sent an information reply without a type");
        }

        switch ((InfoType)BinaryPrimitives.ReadUInt16BigEndian(body))
        {
            case InfoType.Export when body.Length == 12:
                var size = BinaryPrimitives.ReadUInt64BigEndian(body[2..]);
                if (size > long.MaxValue)
                {
                    throw new NbdProtocolException($"the NBD server names a size of {size} bytes, more than any device has");
                }

                return info with { Size = (long)size, Flags = (TransmissionFlags)BinaryPrimitives.ReadUInt16BigEndian(body[10..]) };
            case InfoType.BlockSize when body.Length == 14:
                return info with
                {
                    MinimumBlockSize = BinaryPrimitives.ReadUInt32BigEndian(body[2..]),
                    PreferredBlockSize = BinaryPrimitives.ReadUInt32BigEndian(body[6..]),
                    MaximumBlockSize = BinaryPrimitives.ReadUInt32BigEndian(body[10..]),
                };
            default:
                // Clients must ignore information they did not ask for (proto.md#option-reply-types).
                return info;
        }
    }
}
