using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>The client's side of the handshake, option by option. Nothing is read beyond it: the next byte on the socket belongs to the kernel.</summary>
internal sealed class ClientStream(Socket socket)
{
    private const int GreetingSize = 18;

    // Room for a name of the longest kind and the fixed fields around it.
    private readonly byte[] _data = new byte[NbdLimits.MaxStringLength + 64];

    public void Greet()
    {
        Span<byte> greeting = stackalloc byte[GreetingSize];
        ReceiveExactly(greeting);
        if (BinaryPrimitives.ReadUInt64BigEndian(greeting) != NbdMagic.Server
            || BinaryPrimitives.ReadUInt64BigEndian(greeting[8..]) != NbdMagic.Option)
        {
            throw new NbdProtocolException("the peer is not a newstyle NBD server: its greeting has the wrong magic number");
        }

        var offered = (HandshakeFlags)BinaryPrimitives.ReadUInt16BigEndian(greeting[16..]);
        if (!offered.HasFlag(HandshakeFlags.FixedNewstyle))
        {
            throw new NbdProtocolException("the NBD server does not offer fixed newstyle negotiation");
        }

        Span<byte> flags = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(flags, (uint)(ClientFlags.FixedNewstyle | ClientFlags.NoZeroes));
        SendAll(flags);
    }

    public void SendOption(NbdOption option, ReadOnlySpan<byte> data)
    {
        var message = new byte[OptionHeader.Size + data.Length];
        new OptionHeader(option, (uint)data.Length).Write(message);
        data.CopyTo(message.AsSpan(OptionHeader.Size));
        SendAll(message);
    }

    /// <summary>Receives one answer to the option; the body is valid until the next call. A refusal is thrown as <see cref="NbdProtocolException"/>.</summary>
    public OptionReplyType ReceiveReply(NbdOption option, out ReadOnlySpan<byte> body)
    {
        Span<byte> head = stackalloc byte[OptionReplyHeader.Size];
        ReceiveExactly(head);
        if (!OptionReplyHeader.TryRead(head, out var reply) || reply.Option != option || reply.DataLength > _data.Length)
        {
            throw new NbdProtocolException($"the NBD server's answer to {Name(option)} is malformed");
        }

        var data = _data.AsSpan(0, (int)reply.DataLength);
        ReceiveExactly(data);
        body = data;
        return reply.IsError
            ? throw new NbdProtocolException($"the NBD server refuses {(option == NbdOption.Go ? "the export" : Name(option))}: {Describe(reply.Type)} {Encoding.UTF8.GetString(data)}".TrimEnd())
            {
                IsUnknownExport = reply.Type == OptionReplyType.ErrorUnknown,
                IsUnsupported = reply.Type == OptionReplyType.ErrorUnsupported,
            }
            : reply.Type;
    }

    public void SendAll(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            data = data[socket.Send(data)..];
        }
    }

    public void ReceiveExactly(Span<byte> buffer)
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

    private static string Name(NbdOption option) => option switch
    {
        NbdOption.Go => "NBD_OPT_GO",
        NbdOption.Generation => "this connection's generation number",
        NbdOption.Notices => "the request for notices",
        _ => "the goodbye",
    };

    private static string Describe(OptionReplyType type) => type switch
    {
        OptionReplyType.ErrorUnknown => "NBD_REP_ERR_UNKNOWN (no such export)",
        OptionReplyType.ErrorPolicy => "NBD_REP_ERR_POLICY",
        OptionReplyType.ErrorTlsRequired => "NBD_REP_ERR_TLS_REQD",
        OptionReplyType.ErrorShutdown => "NBD_REP_ERR_SHUTDOWN",
        OptionReplyType.ErrorUnsupported => "NBD_REP_ERR_UNSUP",
        _ => $"error 0x{(uint)type:x8}",
    };
}
