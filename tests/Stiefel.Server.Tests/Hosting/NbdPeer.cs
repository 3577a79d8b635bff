using System.Buffers.Binary;
using System.Net.Sockets;
using Stiefel.Nbd.Client;

namespace Stiefel.Server.Tests.Hosting;

/// <summary>A desktop's kernel, as far as a test needs one: proto.md#request-message and #simple-reply-message.</summary>
internal sealed class NbdPeer(Socket socket, NbdExportInfo info) : IDisposable
{
    private const uint RequestMagic = 0x25609513;
    private const uint SimpleReplyMagic = 0x67446698;
    private const int Fua = 1;
    private const int Write = 1;
    private const int Disconnect = 2;
    private const int Flush = 3;

    public NbdExportInfo Info => info;

    /// <summary>Writes through to the medium; false if the connection is dead.</summary>
    public bool TryWrite(ulong offset, byte[] data)
    {
        try
        {
            Assert.Equal(0, WriteError(offset, data));
            return true;
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>The error number of the answer to a write, 0 if it succeeded.</summary>
    public int WriteError(ulong offset, byte[] data)
    {
        SendRequest(Fua, Write, offset, data.Length);
        socket.Send(data);
        return ReceiveError();
    }

    /// <summary>Writes without FUA, so that the data may still be in the server's memory.</summary>
    public void WriteUnflushed(ulong offset, byte[] data)
    {
        SendRequest(0, Write, offset, data.Length);
        socket.Send(data);
        Assert.Equal(0, ReceiveError());
    }

    /// <summary>The error number of the answer to a flush, 0 if it succeeded.</summary>
    public int FlushError()
    {
        SendRequest(0, Flush, 0, 0);
        return ReceiveError();
    }

    public byte[] Read(ulong offset, int length)
    {
        SendRequest(0, 0, offset, length);
        Assert.Equal(0, ReceiveError());
        return Receive(length);
    }

    /// <summary>NBD_CMD_DISC, and the end of the connection that follows.</summary>
    public void Leave()
    {
        SendRequest(0, Disconnect, 0, 0);
        Assert.Equal(0, socket.Receive(new byte[1]));
    }

    private void SendRequest(ushort flags, ushort command, ulong offset, int length)
    {
        Span<byte> request = stackalloc byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(request, RequestMagic);
        BinaryPrimitives.WriteUInt16BigEndian(request[4..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(request[6..], command);
        BinaryPrimitives.WriteUInt64BigEndian(request[16..], offset);
        BinaryPrimitives.WriteUInt32BigEndian(request[24..], (uint)length);
        socket.Send(request);
    }

    private int ReceiveError()
    {
        var reply = Receive(16);
        Assert.Equal(SimpleReplyMagic, BinaryPrimitives.ReadUInt32BigEndian(reply));
        return BinaryPrimitives.ReadInt32BigEndian(reply.AsSpan(4));
    }

    private byte[] Receive(int length)
    {
        var bytes = new byte[length];
        for (var done = 0; done < length;)
        {
            var read = socket.Receive(bytes.AsSpan(done));
            done += read > 0 ? read : throw new EndOfStreamException("the server closed");
        }

        return bytes;
    }

    /// <summary>The server has closed its side already.</summary>
    public bool IsClosed()
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => socket.Dispose();
}
