using System.Buffers.Binary;
using System.Net.Sockets;

namespace Stiefel.Linux.Network;

/// <summary>
/// Notices whether a card's network has other machines than known ones, by the sender of any frame of ARP, IPv4 or IPv6. What a switch sends by itself does
/// not count. The kernel drops frames of known senders (a filter of man 7 packet), so that a busy disk costs nothing. Needs CAP_NET_RAW.
/// </summary>
public sealed class OtherMachines : IDisposable
{
    private const ushort Arp = 0x0806;
    private const ushort IPv4 = 0x0800;
    private const ushort IPv6 = 0x86dd;

    // linux/filter.h: where the kernel offers what is not in the frame, and linux/if_packet.h: the kind of a frame that this machine sends.
    private const uint FrameKind = unchecked((uint)-0x1000) + 4;
    private const uint Outgoing = 4;

    // BPF_LD with BPF_W, BPF_H, BPF_B and BPF_ABS; BPF_JMP with BPF_JEQ; BPF_RET (linux/bpf_common.h).
    private const ushort LoadWord = 0x20;
    private const ushort LoadHalf = 0x28;
    private const ushort LoadByte = 0x30;
    private const ushort IfEqual = 0x15;
    private const ushort Return = 0x06;

    private const int SenderAt = 6;
    private const int ProtocolAt = 12;
    private const uint Taken = 64;

    private readonly EthernetSocket _frames;

    /// <param name="index">The number of the card's interface.</param>
    /// <param name="known">The addresses of machines that do not count, at most 16.</param>
    /// <exception cref="SocketException">The interface is gone, or the capability is missing.</exception>
    public OtherMachines(int index, params ReadOnlySpan<MacAddress> known) => _frames = new EthernetSocket(index, EthernetSocket.AllProtocols, Filter(known));

    /// <summary>Asks for routers (RFC 4861 §6.3.7) and what else is given, so that silent machines answer and can be heard. Nothing is asked for but an answer.</summary>
    /// <param name="own">The address in whose name to ask.</param>
    /// <param name="more">A further frame, for example one that servers of DHCP answer.</param>
    /// <exception cref="SocketException">The interface is gone or down.</exception>
    public void Ask(MacAddress own, ReadOnlySpan<byte> more)
    {
        _frames.Send(more);
        _frames.Send(RouterQuestion(own));
    }

    /// <summary>Waits for a frame of another machine; false if none came in this time.</summary>
    /// <exception cref="SocketException">The interface is gone or down.</exception>
    public bool Hear(TimeSpan atMost)
    {
        Span<byte> frame = stackalloc byte[(int)Taken];
        return _frames.TryReceive(frame, atMost, out _);
    }

    public void Dispose() => _frames.Dispose();

    internal static FilterInstruction[] Filter(ReadOnlySpan<MacAddress> known)
    {
        List<FilterInstruction> program = [new(LoadByte, 0, 0, FrameKind), new(IfEqual, 0, 1, Outgoing), new(Return, 0, 0, 0)];
        foreach (var mac in known)
        {
            var bytes = mac.ToBytes();
            program.AddRange(
            [
                new(LoadWord, 0, 0, SenderAt), new(IfEqual, 0, 3, BinaryPrimitives.ReadUInt32BigEndian(bytes)),
                new(LoadHalf, 0, 0, SenderAt + 4), new(IfEqual, 0, 1, BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(4))),
                new(Return, 0, 0, 0),
            ]);
        }

        program.AddRange(
        [
            new(LoadHalf, 0, 0, ProtocolAt), new(IfEqual, 3, 0, Arp), new(IfEqual, 2, 0, IPv4), new(IfEqual, 1, 0, IPv6),
            new(Return, 0, 0, 0), new(Return, 0, 0, Taken),
        ]);
        return [.. program];
    }

    // IPv6 from :: to ff02::2 with hop limit 255, and an ICMPv6 router solicitation.
    internal static byte[] RouterQuestion(MacAddress own)
    {
        var frame = new byte[14 + 40 + 8];
        Ethernet(frame, [0x33, 0x33, 0, 0, 0, 2], own, IPv6);
        "6000000000083aff00000000000000000000000000000000ff02000000000000000000000000000285007bb800000000"u8.CopyFromHex(frame.AsSpan(14));
        return frame;
    }

    private static void Ethernet(Span<byte> frame, ReadOnlySpan<byte> to, MacAddress own, ushort protocol)
    {
        to.CopyTo(frame);
        own.ToBytes().CopyTo(frame[SenderAt..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[ProtocolAt..], protocol);
    }
}

/// <summary>Writes hexadecimal digits as bytes.</summary>
file static class Hexadecimal
{
    internal static void CopyFromHex(this ReadOnlySpan<byte> digits, Span<byte> bytes) =>
        _ = Convert.FromHexString(digits, bytes, out _, out _);
}
