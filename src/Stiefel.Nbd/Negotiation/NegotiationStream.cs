using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Transport.Tls;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>
/// Reads and writes the bytes of the handshake, within one deadline and one budget of bytes. Never reads ahead, because the
/// next byte may belong to TLS or to the transmission phase.
/// </summary>
internal sealed class NegotiationStream(NbdTransport transport, NegotiationOptions options)
{
    private long _start = Stopwatch.GetTimestamp();
    private long _received;

    /// <summary>The transport in use, which STARTTLS replaces; the caller owns it.</summary>
    public NbdTransport Transport { get; private set; } = transport;

    /// <summary>True once TLS is in use.</summary>
    public bool IsEncrypted { get; private set; }

    /// <summary>Fills the buffer. Throws <see cref="NbdProtocolException"/> if the client disconnects or the time is up.</summary>
    public void ReceiveExactly(Span<byte> buffer)
    {
        _received += buffer.Length;
        if (_received > options.MaxBytes)
        {
            throw new NbdProtocolException($"the client sent more than {options.MaxBytes} bytes in its handshake");
        }

        while (buffer.Length > 0)
        {
            Transport.Timeout = Remaining();
            var received = Transport.Receive(buffer);
            if (received == 0)
            {
                throw new NbdProtocolException("the client disconnected during the handshake");
            }

            buffer = buffer[received..];
        }
    }

    /// <summary>Restarts the client's time limit and byte budget.</summary>
    public void BeginAnew() => (_start, _received) = (Stopwatch.GetTimestamp(), 0);

    /// <summary>Reads and discards bytes.</summary>
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
    /// Acknowledges NBD_OPT_STARTTLS and performs the TLS handshake. Plain text behind the option ends the connection: if it
    /// were read after the handshake, it would be taken for bytes that came through TLS.
    /// </summary>
    public void StartTls(NbdTls tls)
    {
        if (Transport.HasUnread)
        {
            throw new NbdProtocolException("the client sent plain text behind NBD_OPT_STARTTLS");
        }

        Reply(NbdOption.StartTls, OptionReplyType.Ack, []);
        Transport = TlsTransport.Accept(Transport, tls, Remaining());
        IsEncrypted = true;
    }

    /// <summary>Sends one answer to an option.</summary>
    public void Reply(NbdOption option, OptionReplyType type, ReadOnlySpan<byte> data)
    {
        var message = new byte[OptionReplyHeader.Size + data.Length];
        new OptionReplyHeader(option, type, (uint)data.Length).Write(message);
        data.CopyTo(message.AsSpan(OptionReplyHeader.Size));
        Send(message);
    }

    /// <summary>Sends a refusal with a sentence for the user at the other end.</summary>
    public void Refuse(NbdOption option, OptionReplyType type, string message) =>
        Reply(option, type, Encoding.UTF8.GetBytes(message));

    /// <summary>Sends one NBD_REP_INFO.</summary>
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
