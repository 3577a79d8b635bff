using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Stiefel.EndToEnd.Durability;

/// <summary>The part of an NBD client that a write load needs, written from proto.md independently of our own library.</summary>
internal static class NbdWire
{
    public const int RequestSize = 28;
    public const int ReplySize = 16;
    public const uint ReplyMagic = 0x67446698;
    public const ushort Write = 1;
    public const ushort Flush = 3;
    public const ushort Fua = 1;
    private const uint RequestMagic = 0x25609513;
    private const int SecondsOfPatience = 30;

    /// <summary>Opens an export by NBD_OPT_EXPORT_NAME; tries until the server listens.</summary>
    public static Socket Connect(string host, int port, string export)
    {
        for (var end = Environment.TickCount64 + (SecondsOfPatience * 1000); ;)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = SecondsOfPatience * 1000 };
            try
            {
                socket.Connect(host, port);
                Open(socket, export);
                return socket;
            }
            catch (Exception e) when (e is SocketException or EndOfStreamException && Environment.TickCount64 < end)
            {
                socket.Dispose();
                Thread.Sleep(5);
            }
        }
    }

    public static void WriteRequest(Span<byte> target, ushort command, ushort flags, ulong cookie, long offset, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, RequestMagic);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], command);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], cookie);
        BinaryPrimitives.WriteInt64BigEndian(target[16..], offset);
        BinaryPrimitives.WriteInt32BigEndian(target[24..], length);
    }

    public static void SendAll(Socket socket, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            data = data[socket.Send(data)..];
        }
    }

    public static void ReceiveAll(Socket socket, Span<byte> data)
    {
        while (data.Length > 0)
        {
            var received = socket.Receive(data);
            if (received == 0)
            {
                throw new EndOfStreamException("the server is gone");
            }

            data = data[received..];
        }
    }

    private static void Open(Socket socket, string export)
    {
        Span<byte> greeting = stackalloc byte[18];
        ReceiveAll(socket, greeting);
        Assert.Equal("NBDMAGICIHAVEOPT"u8, greeting[..16]);
        var name = Encoding.UTF8.GetBytes(export);
        var message = new byte[4 + 16 + name.Length];
        message[3] = 3; // fixed newstyle, no zeroes
        "IHAVEOPT"u8.CopyTo(message.AsSpan(4));
        message[15] = 1; // NBD_OPT_EXPORT_NAME
        message[19] = (byte)name.Length;
        name.CopyTo(message, 20);
        SendAll(socket, message);

        // The answer is the size and the flags. To an unknown name the server answers by closing the connection.
        Span<byte> answer = stackalloc byte[10];
        ReceiveAll(socket, answer);
    }
}
