using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>The bytes of the handshake, all within one deadline. Never reads ahead: what follows may be for TLS or for transmission.</summary>
internal sealed class NegotiationStream(NbdTransport transport, TimeSpan timeout)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Throws <see cref="NbdProtocolException"/> if the client leaves or the time is over.</summary>
    public void ReceiveExactly(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            transport.Timeout = Remaining();
            int received = transport.Receive(buffer);
            if (received == 0)
            {
                throw new NbdProtocolException("the client left during the handshake");
            }

            buffer = buffer[received..];
        }
    }

    /// <summary>Reads and forgets.</summary>
    public void Skip(long length)
    {
        Span<byte> scratch = stackalloc byte[4096];
        while (length > 0)
        {
            int count = (int)Math.Min(length, scratch.Length);
            ReceiveExactly(scratch[..count]);
            length -= count;
        }
    }

    public void Send(ReadOnlySpan<byte> data)
    {
        transport.Timeout = Remaining();
        transport.Send(data);
    }

    /// <summary>One answer to an option.</summary>
    public void Reply(NbdOption option, OptionReplyType type, ReadOnlySpan<byte> data)
    {
        byte[] message = new byte[OptionReplyHeader.Size + data.Length];
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
        byte[] data = new byte[2 + information.Length];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)type);
        information.CopyTo(data.AsSpan(2));
        Reply(option, OptionReplyType.Info, data);
    }

    private TimeSpan Remaining()
    {
        TimeSpan remaining = timeout - Stopwatch.GetElapsedTime(_start);
        return remaining > TimeSpan.Zero
            ? remaining
            : throw new NbdProtocolException($"the handshake took longer than {timeout.TotalSeconds:0.#} s");
    }
}
