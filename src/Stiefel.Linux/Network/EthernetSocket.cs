using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Stiefel.Linux.Network;

/// <summary>
/// Whole Ethernet frames of one interface and one protocol (man 7 packet), also where the interface has no address. Frames that this machine
/// sends are not heard. Takes CAP_NET_RAW.
/// </summary>
public sealed class EthernetSocket : IDisposable
{
    // sys/socket.h, linux/if_packet.h, linux/filter.h
    private const int AF_PACKET = 17;
    private const int SOL_SOCKET = 1;
    private const int SO_ATTACH_FILTER = 26;
    private const int AddressSize = 20;
    private const int InstructionSize = 8;

    private readonly Socket _socket;

    /// <param name="index">The interface.</param>
    /// <param name="protocol">Its EtherType.</param>
    /// <param name="filter">Instructions of a classic BPF program that says how much of a frame is taken; none for all.</param>
    /// <exception cref="SocketException">The interface is gone, or the capability is missing.</exception>
    public EthernetSocket(int index, ushort protocol, ReadOnlySpan<FilterInstruction> filter = default)
    {
        _socket = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)BinaryPrimitives.ReverseEndianness(protocol));
        try
        {
            if (!filter.IsEmpty)
            {
                Attach(filter);
            }

            _socket.Bind(new LinkEndPoint(index, protocol));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a frame, from its destination's address on.</summary>
    /// <exception cref="SocketException">The interface is gone or down.</exception>
    public void Send(ReadOnlySpan<byte> frame) => _socket.Send(frame);

    /// <summary>Waits for a frame; what does not fit the buffer is cut off.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken token) => _socket.ReceiveAsync(buffer, token);

    public void Dispose() => _socket.Dispose();

    // struct sock_fprog: the number of instructions, and at the next pointer's place where they are.
    private void Attach(ReadOnlySpan<FilterInstruction> filter)
    {
        var program = new byte[filter.Length * InstructionSize];
        MemoryMarshal.AsBytes(filter).CopyTo(program);
        var pinned = GCHandle.Alloc(program, GCHandleType.Pinned);
        try
        {
            Span<byte> description = stackalloc byte[2 * IntPtr.Size];
            description.Clear();
            BitConverter.TryWriteBytes(description, (ushort)filter.Length);
            BitConverter.TryWriteBytes(description[IntPtr.Size..], (long)pinned.AddrOfPinnedObject());
            _socket.SetRawSocketOption(SOL_SOCKET, SO_ATTACH_FILTER, description);
        }
        finally
        {
            pinned.Free();
        }
    }

    /// <summary>struct sockaddr_ll.</summary>
    private sealed class LinkEndPoint(int index, ushort protocol) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, AddressSize);
            var bytes = address.Buffer.Span;
            BitConverter.TryWriteBytes(bytes, (ushort)AF_PACKET);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], protocol);
            BitConverter.TryWriteBytes(bytes[4..], index);
            return address;
        }

        public override EndPoint Create(SocketAddress socketAddress) => this;
    }
}

/// <summary>One instruction of a classic BPF program (linux/filter.h, struct sock_filter).</summary>
/// <param name="Code">What it does.</param>
/// <param name="IfTrue">Instructions to skip after a comparison that held.</param>
/// <param name="IfFalse">The same after one that did not.</param>
/// <param name="Value">Its operand.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);
