using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Stiefel.Bench;

/// <summary>
/// An NBD server that answers every request at once from one fixed buffer and touches no disk. No server can be faster
/// with this client on this machine, so each row shows how far a real server is from that limit. Loopback only.
/// </summary>
internal static unsafe partial class LimitServer
{
    private const int RequestSize = 28;
    private const int ReplySize = 16;
    private const int ChunkSize = 28;   // header and offset
    private const int MaxPayload = 32 << 20;
    private const int ReceiveSize = 256 << 10;
    private const int BatchRequests = 256;

    private static readonly byte* s_data = (byte*)NativeMemory.AllocZeroed(MaxPayload);

    public static void Run(int port, long exportSize)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        while (true)
        {
            var socket = listener.Accept();
            new Thread(() => Serve(socket, exportSize), 256 << 10) { IsBackground = true }.Start();
        }
    }

    private static void Serve(Socket socket, long exportSize)
    {
        using (socket)
        {
            socket.NoDelay = true;
            Tune(socket);
            try
            {
                if (Negotiate(socket, exportSize, out var isStructured))
                {
                    Transmit(socket, isStructured);
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // The client has disconnected.
            }
        }
    }

    // Use the same socket options as the server under test, so that this really is the limit.
    private static void Tune(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(6, 13, "cubic"u8);   // TCP_CONGESTION
        }
        catch (SocketException)
        {
            // this kernel lacks the algorithm
        }
    }

    private static bool Negotiate(Socket socket, long exportSize, out bool isStructured)
    {
        isStructured = false;
        Span<byte> buffer = stackalloc byte[8192];
        "NBDMAGICIHAVEOPT"u8.CopyTo(buffer);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[16..], 3);
        socket.Send(buffer[..18]);
        Fill(socket, buffer[..4]);
        while (true)
        {
            Fill(socket, buffer[..16]);
            var option = BinaryPrimitives.ReadUInt32BigEndian(buffer[8..]);
            var length = BinaryPrimitives.ReadUInt32BigEndian(buffer[12..]);
            if (length > buffer.Length)
            {
                return false;
            }

            Fill(socket, buffer[..(int)length]);
            if (option is 6 or 7)
            {
                var info = new byte[12];
                BinaryPrimitives.WriteInt64BigEndian(info.AsSpan(2), exportSize);
                BinaryPrimitives.WriteUInt16BigEndian(info.AsSpan(10), 0b1_0010_1101);   // flags, flush, FUA, trim, multi-conn
                Reply(socket, option, 3, info);
                Reply(socket, option, 1, []);
                if (option == 7)
                {
                    return true;
                }
            }
            else if (option == 8)
            {
                isStructured = true;
                Reply(socket, option, 1, []);
            }
            else
            {
                Reply(socket, option, 0x80000001, Encoding.ASCII.GetBytes("unsupported"));
            }
        }
    }

    private static void Reply(Socket socket, uint option, uint type, ReadOnlySpan<byte> data)
    {
        var message = new byte[20 + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(message, 0x3e889045565a9);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), option);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12), type);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(16), data.Length);
        data.CopyTo(message.AsSpan(20));
        socket.Send(message);
    }

    private static void Transmit(Socket socket, bool isStructured)
    {
        var receive = (byte*)NativeMemory.Alloc(ReceiveSize);
        var replies = (byte*)NativeMemory.Alloc(BatchRequests * ChunkSize);
        var parts = (IoVec*)NativeMemory.Alloc(BatchRequests * 2, (nuint)sizeof(IoVec));
        try
        {
            var have = 0;
            while (true)
            {
                var received = socket.Receive(new Span<byte>(receive + have, ReceiveSize - have));
                if (received == 0)
                {
                    return;
                }

                have += received;
                var used = AnswerBatch(socket, isStructured, new ReadOnlySpan<byte>(receive, have), replies, parts);
                Buffer.MemoryCopy(receive + used, receive, ReceiveSize, have - used);
                have -= used;
            }
        }
        finally
        {
            NativeMemory.Free(receive);
            NativeMemory.Free(replies);
            NativeMemory.Free(parts);
        }
    }

    /// <summary>Answers every whole request in the buffer with one gathered send; returns the bytes consumed.</summary>
    private static int AnswerBatch(Socket socket, bool isStructured, ReadOnlySpan<byte> received, byte* replies, IoVec* parts)
    {
        int used = 0, count = 0, requests = 0;
        while (received.Length - used >= RequestSize && requests < BatchRequests)
        {
            var request = received.Slice(used, RequestSize);
            var command = BinaryPrimitives.ReadUInt16BigEndian(request[6..]);
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(request[24..]);
            if (command == 2 || length is < 0 or > MaxPayload)
            {
                throw new IOException("disconnect");
            }

            var head = replies + (requests++ * ChunkSize);
            var headSize = WriteHead(new Span<byte>(head, ChunkSize), request, isStructured && command == 0, length);
            used += RequestSize;
            if (command == 1)
            {
                var inBuffer = Math.Min(length, received.Length - used);
                used += inBuffer;
                Fill(socket, new Span<byte>(s_data, length - inBuffer));
            }

            parts[count++] = new IoVec { Base = head, Length = (nuint)headSize };
            if (command == 0)
            {
                parts[count++] = new IoVec { Base = s_data, Length = (nuint)length };
            }
        }

        SendAll((int)socket.Handle, parts, count);
        return used;
    }

    private static int WriteHead(Span<byte> head, ReadOnlySpan<byte> request, bool isChunk, int length)
    {
        request.Slice(8, 8).CopyTo(head[8..]);
        if (!isChunk)
        {
            BinaryPrimitives.WriteUInt64BigEndian(head, 0x67446698_00000000);
            return ReplySize;
        }

        BinaryPrimitives.WriteUInt64BigEndian(head, 0x668e33ef_0001_0001);   // done, offset data
        BinaryPrimitives.WriteInt32BigEndian(head[16..], 8 + length);
        request.Slice(16, 8).CopyTo(head[20..]);
        return ChunkSize;
    }

    private static void SendAll(int fd, IoVec* parts, int count)
    {
        while (count > 0)
        {
            var sent = writev(fd, parts, count);
            if (sent < 0)
            {
                throw new IOException("writev");
            }

            while (count > 0 && sent >= (nint)parts->Length)
            {
                sent -= (nint)parts->Length;
                parts++;
                count--;
            }

            if (count > 0)
            {
                parts->Base += sent;
                parts->Length -= (nuint)sent;
            }
        }
    }

    private static void Fill(Socket socket, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var received = socket.Receive(buffer);
            if (received == 0)
            {
                throw new IOException("end of stream");
            }

            buffer = buffer[received..];
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVec
    {
        public byte* Base;
        public nuint Length;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint writev(int fd, IoVec* parts, int count);
}
