using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Transport.Tls;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>
/// The bytes of the handshake, all within one deadline and one budget. Never reads ahead: what follows may be for TLS or for
/// transmission.
/// </summary>
internal sealed class NegotiationStream(NbdTransport transport, NegotiationOptions options)
{
    private long _start = Stopwatch.GetTimestamp();
    private long _received;

    /// <summary>What the client is reached by now; owned by the caller.</summary>
    public NbdTransport Transport { get; private set; } = transport;

    /// <summary>TLS is in use.</summary>
    public bool IsEncrypted { get; private set; }

    /// <summary>Throws <see cref="NbdProtocolException"/> if the client leaves or the time is over.</summary>
    public void ReceiveExactly(Span<byte> buffer)
    {
        _received += buffer.Length;
        if (_received > options.MaxBytes)
        {
            throw new NbdProtocolException($"more than {options.MaxBytes} bytes of handshake");
        }

        while (buffer.Length > 0)
        {
            Transport.Timeout = Remaining();
            var received = Transport.Receive(buffer);
            if (received == 0)
            {
                throw new NbdProtocolException("the client left during the handshake");
            }

            buffer = buffer[received..];
        }
    }

    /// <summary>From now on the client has all its time and bytes again.</summary>
    public void BeginAnew() => (_start, _received) = (Stopwatch.GetTimestamp(), 0);

    /// <summary>Reads and forgets.</summary>
    public void Skip(long length)
    {
        Span<byte> scratch = stackalloc byte[4096];
        while (length > 0)
        {
            var count = (int)Math.Min(length, scratch.Length);
            ReceiveExactly(scratch[..count]);
            length -= count;
        }
    }

    public void Send(ReadOnlySpan<byte> data)
    {
        Transport.Timeout = Remaining();
        Transport.Send(data);
    }

    /// <summary>
    /// Acknowledges NBD_OPT_STARTTLS and shakes hands. What the client has sent in plain text behind the option ends the
    /// connection: were it read after the handshake, it would pass for something that came by TLS.
    /// </summary>
    public void StartTls(NbdTls tls)
    {
        if (Transport.HasUnread)
        {
            throw new NbdProtocolException("plain text behind NBD_OPT_STARTTLS");
        }

        Reply(NbdOption.StartTls, OptionReplyType.Ack, []);
        Transport = TlsTransport.Accept(Transport, tls, Remaining());
        IsEncrypted = true;
    }

    /// <summary>One answer to an option.</summary>
    public void Reply(NbdOption option, OptionReplyType type, ReadOnlySpan<byte> data)
    {
        var message = new byte[OptionReplyHeader.Size + data.Length];
        new OptionReplyHeader(option, type, (uint)data.Length).Write(message);
        data.CopyTo(message.AsSpan(OptionReplyHeader.Size));
        Send(message);
    }

    /// <summary>A refusal, with a sentence for the user at the other end.</summary>
    public void Refuse(NbdOption option, OptionReplyType type, string message) =>
        Reply(option, type, Encoding.UTF8.GetBytes(message));

    /// <summary>NBD_REP_INFO of one kind.</summary>
    public void ReplyInfo(NbdOption option, InfoType type, ReadOnlySpan<byte> information)
    {
        var data = new byte[2 + information.Length];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)type);
        information.CopyTo(data.AsSpan(2));
        Reply(option, OptionReplyType.Info, data);
    }

    private TimeSpan Remaining()
    {
        var remaining = options.Timeout - Stopwatch.GetElapsedTime(_start);
        return remaining > TimeSpan.Zero
            ? remaining
            : throw new NbdProtocolException($"the handshake took longer than {options.Timeout.TotalSeconds:0.#} s");
    }
}
