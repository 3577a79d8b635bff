using System.Buffers.Binary;
using System.Net;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Dhcp;

/// <summary>A DHCP server that says what a test wants, at the other end of a cable in the same network namespace.</summary>
internal sealed class ScriptedDhcpServer(int index) : IDisposable
{
    public const byte Discover = 1, Offer = 2, Request = 3, Decline = 4, Acknowledge = 5, Refuse = 6;

    private const int IpAt = 14, UdpAt = 34, BootpAt = 42, OptionsAt = 282;

    private readonly EthernetSocket _socket = new(index, DhcpFrame.EtherType);
    private readonly byte[] _buffer = new byte[DhcpFrame.MostBytes];

    public static IPAddress Address { get; } = IPAddress.Parse("192.168.77.1");

    /// <summary>A client's question.</summary>
    public sealed record Question(byte[] Frame)
    {
        public byte Type => Option(53)![0];
        public bool IsForAll => Frame[..6].All(one => one == 0xff);
        public IPAddress To => new(Frame.AsSpan(IpAt + 16, 4));
        public IPAddress Own => new(Frame.AsSpan(BootpAt + 12, 4));

        public byte[]? Option(byte option)
        {
            for (var at = OptionsAt; Frame[at] != 255; at += 2 + Frame[at + 1])
            {
                if (Frame[at] == option)
                {
                    return Frame[(at + 2)..(at + 2 + Frame[at + 1])];
                }
            }

            return null;
        }
    }

    /// <summary>Waits for a question of this type; others are passed over.</summary>
    public async Task<Question> HearAsync(byte type, CancellationToken token)
    {
        while (true)
        {
            var length = await _socket.ReceiveAsync(_buffer, token);
            if (length > OptionsAt && _buffer[23] == 17 && BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(UdpAt + 2)) == 67 && new Question(_buffer[..length]) is var question && question.Type == type)
            {
                return question;
            }
        }
    }

    /// <summary>Answers with an address, and with options behind the type.</summary>
    /// <param name="question">The question.</param>
    /// <param name="type">The answer's type.</param>
    /// <param name="address">The address.</param>
    /// <param name="options">The other options.</param>
    /// <param name="change">Changes the frame before it is sent.</param>
    public void Answer(Question question, byte type, string address, byte[] options, Func<byte[], byte[]>? change = null)
    {
        byte[] all = [53, 1, type, .. options, 255];
        var frame = new byte[OptionsAt + all.Length];
        question.Frame.AsSpan(6, 6).CopyTo(frame);
        ((byte[])[2, 9, 9, 9, 9, 9, 8, 0, 0x45]).CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(IpAt + 2), (ushort)(frame.Length - IpAt));
        (frame[IpAt + 8], frame[IpAt + 9]) = (64, 17);
        Address.GetAddressBytes().CopyTo(frame, IpAt + 12);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(UdpAt), 67);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(UdpAt + 2), 68);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(UdpAt + 4), (ushort)(frame.Length - UdpAt));
        question.Frame.AsSpan(BootpAt, 236).CopyTo(frame.AsSpan(BootpAt));
        frame[BootpAt] = 2;
        IPAddress.Parse(address).GetAddressBytes().CopyTo(frame, BootpAt + 16);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(OptionsAt - 4), 0x63825363);
        all.CopyTo(frame, OptionsAt);
        _socket.Send(change is null ? frame : change(frame));
    }

    /// <summary>The options of an offer: mask, server and a lease of so many seconds, renewed after one second and asked for everywhere after two.</summary>
    public static byte[] Terms(int seconds = 10, string mask = "255.255.255.0") =>
        [1, 4, .. IPAddress.Parse(mask).GetAddressBytes(), 54, 4, .. Address.GetAddressBytes(), 51, 4, 0, 0, (byte)(seconds >> 8), (byte)seconds, 58, 4, 0, 0, 0, 1, 59, 4, 0, 0, 0, 2];

    public void Dispose() => _socket.Dispose();
}
