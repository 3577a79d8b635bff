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
    private const int GreetingSize = 18;

    /// <summary>
    /// Enters transmission on a connected, blocking socket. The socket's own timeouts bound it.
    /// Throws <see cref="NbdProtocolException"/> if the server refuses or is no fixed-newstyle server, <see cref="SocketException"/> if the socket fails.
    /// </summary>
    public static NbdExportInfo Connect(Socket socket, string exportName)
    {
        var name = Encoding.UTF8.GetBytes(exportName);
        if (name.Length > NbdLimits.MaxStringLength)
        {
            throw new ArgumentException($"an export name has at most {NbdLimits.MaxStringLength} bytes, not {name.Length}", nameof(exportName));
        }

        Greet(socket);
        SendGo(socket, name);
        return ReceiveInfo(socket);
    }

    private static void Greet(Socket socket)
    {
        Span<byte> greeting = stackalloc byte[GreetingSize];
        ReceiveExactly(socket, greeting);
        if (BinaryPrimitives.ReadUInt64BigEndian(greeting) != NbdMagic.Server
            || BinaryPrimitives.ReadUInt64BigEndian(greeting[8..]) != NbdMagic.Option)
        {
            throw new NbdProtocolException("the peer is no newstyle NBD server: its greeting has another magic");
        }

        var offered = (HandshakeFlags)BinaryPrimitives.ReadUInt16BigEndian(greeting[16..]);
        if (!offered.HasFlag(HandshakeFlags.FixedNewstyle))
        {
            throw new NbdProtocolException("the NBD server does not offer fixed newstyle negotiation");
        }

        Span<byte> flags = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(flags, (uint)(ClientFlags.FixedNewstyle | ClientFlags.NoZeroes));
        SendAll(socket, flags);
    }

    // proto.md#option-types, NBD_OPT_GO: 32 bits name length, name, 16 bits number of information requests, 16 bits each.
    private static void SendGo(Socket socket, byte[] name)
    {
        var dataLength = 4 + name.Length + 2 + 2;
        var message = new byte[OptionHeader.Size + dataLength];
        new OptionHeader(NbdOption.Go, (uint)dataLength).Write(message);
        var data = message.AsSpan(OptionHeader.Size);
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)name.Length);
        name.CopyTo(data[4..]);
        BinaryPrimitives.WriteUInt16BigEndian(data[(4 + name.Length)..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(data[(4 + name.Length + 2)..], (ushort)InfoType.BlockSize);
        SendAll(socket, message);
    }

    private static NbdExportInfo ReceiveInfo(Socket socket)
    {
        // Without NBD_INFO_BLOCK_SIZE these hold (proto.md#block-size-constraints).
        var info = new NbdExportInfo(-1, TransmissionFlags.None, 1, 4096, NbdLimits.MaxPayload);
        Span<byte> head = stackalloc byte[OptionReplyHeader.Size];
        var data = new byte[NbdLimits.MaxStringLength + 64];
        for (var replies = 0; replies < NbdLimits.MaxOptionReplies; replies++)
        {
            ReceiveExactly(socket, head);
            if (!OptionReplyHeader.TryRead(head, out var reply) || reply.Option != NbdOption.Go || reply.DataLength > data.Length)
            {
                throw new NbdProtocolException("the NBD server's answer to NBD_OPT_GO is malformed");
            }

            var body = data.AsSpan(0, (int)reply.DataLength);
            ReceiveExactly(socket, body);
            if (reply.IsError)
            {
                throw new NbdProtocolException($"the NBD server refuses the export: {Describe(reply.Type)} {Encoding.UTF8.GetString(body)}".TrimEnd())
                {
                    IsUnknownExport = reply.Type == OptionReplyType.ErrorUnknown,
                };
            }

            if (reply.Type == OptionReplyType.Ack)
            {
                return info.Size >= 0 ? info : throw new NbdProtocolException("the NBD server accepted the export without telling its size");
            }

            info = Apply(info, body);
        }

        throw new NbdProtocolException("the NBD server answers NBD_OPT_GO without end");
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
                // Information that was not asked for is to be ignored (proto.md#option-reply-types).
                return info;
        }
    }

    private static string Describe(OptionReplyType type) => type switch
    {
        OptionReplyType.ErrorUnknown => "NBD_REP_ERR_UNKNOWN (no such export)",
        OptionReplyType.ErrorPolicy => "NBD_REP_ERR_POLICY",
        OptionReplyType.ErrorTlsRequired => "NBD_REP_ERR_TLS_REQD",
        OptionReplyType.ErrorShutdown => "NBD_REP_ERR_SHUTDOWN",
        OptionReplyType.ErrorUnsupported => "NBD_REP_ERR_UNSUP",
        _ => $"error 0x{(uint)type:x8}",
    };

    private static void ReceiveExactly(Socket socket, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var received = socket.Receive(buffer);
            if (received == 0)
            {
                throw new NbdProtocolException("the NBD server closed the connection during the handshake");
            }

            buffer = buffer[received..];
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            data = data[socket.Send(data)..];
        }
    }
}
