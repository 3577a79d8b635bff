using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Stiefel.Linux.Network;

/// <summary>
/// Sends and receives whole Ethernet frames of one protocol on one interface (man 7 packet), even if the interface has no address. It does not
/// receive frames that this machine sends. Needs CAP_NET_RAW.
/// </summary>
public sealed class EthernetSocket : IDisposable
{
    // Values of sys/socket.h, linux/if_packet.h and linux/filter.h.
    private const int AF_PACKET = 17;
    private const int SOL_SOCKET = 1;
    private const int SO_ATTACH_FILTER = 26;
    private const int AddressSize = 20;
    private const int InstructionSize = 8;

    private const int SOL_PACKET = 263;
    private const int PACKET_IGNORE_OUTGOING = 23;

    /// <summary>In place of an EtherType: frames of all protocols (linux/if_ether.h, ETH_P_ALL), also those that a bridge takes from the interface.</summary>
    public const ushort AllProtocols = 3;

    private readonly Socket _socket;

    /// <param name="index">The number of the interface.</param>
    /// <param name="protocol">The protocol's EtherType, or <see cref="AllProtocols"/>, with which kernels before 4.20 show frames that this machine sends.</param>
    /// <param name="filter">A classic BPF program that decides how many bytes of a frame are accepted; empty to accept all.</param>
    /// <exception cref="SocketException">The interface is gone, or the capability is missing.</exception>
    public EthernetSocket(int index, ushort protocol, ReadOnlySpan<FilterInstruction> filter = default)
    {
        // It receives nothing until it is bound, so that no frame of another interface, or from before the filter, is in it (man 7 packet).
        _socket = new Socket(AddressFamily.Packet, SocketType.Raw, 0);
        try
        {
            if (!filter.IsEmpty)
            {
                Attach(filter);
            }

            if (protocol == AllProtocols)
            {
                IgnoreOutgoing();
            }

            _socket.Bind(new LinkEndPoint(index, protocol));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a frame, which begins with the destination's address.</summary>
    /// <exception cref="SocketException">The interface is gone or down.</exception>
    public void Send(ReadOnlySpan<byte> frame) => _socket.Send(frame);

    /// <summary>Waits for a frame. One that is longer than the buffer is cut to its length.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken token) => _socket.ReceiveAsync(buffer, token);

    /// <summary>Waits for a frame, at most for this time; false if none came. One that is longer than the buffer is cut to its length.</summary>
    /// <exception cref="SocketException">The interface is gone or down.</exception>
    public bool TryReceive(Span<byte> buffer, TimeSpan atMost, out int length)
    {
        length = _socket.Poll(atMost, SelectMode.SelectRead) ? _socket.Receive(buffer) : 0;
        return length > 0;
    }

    public void Dispose() => _socket.Dispose();

    private void IgnoreOutgoing()
    {
        try
        {
            _socket.SetRawSocketOption(SOL_PACKET, PACKET_IGNORE_OUTGOING, BitConverter.GetBytes(1));
        }
        catch (SocketException)
        {
            // Kernels before 4.20 copy every frame that is sent for the filter to drop.
        }
    }

    // A struct sock_fprog: the number of instructions, then, aligned like a pointer, their address.
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

/// <summary>An instruction of a classic BPF program (linux/filter.h, struct sock_filter).</summary>
/// <param name="Code">The operation.</param>
/// <param name="IfTrue">The number of instructions to skip after a comparison that is true.</param>
/// <param name="IfFalse">The number of instructions to skip after a comparison that is false.</param>
/// <param name="Value">The operand.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);
