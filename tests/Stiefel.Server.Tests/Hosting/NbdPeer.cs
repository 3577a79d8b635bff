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

    public NbdExportInfo Info => info;

    /// <summary>Writes through to the medium; false if the connection is dead.</summary>
    public bool TryWrite(ulong offset, byte[] data)
    {
        Span<byte> request = stackalloc byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(request, RequestMagic);
        BinaryPrimitives.WriteUInt16BigEndian(request[4..], Fua);
        BinaryPrimitives.WriteUInt16BigEndian(request[6..], Write);
        BinaryPrimitives.WriteUInt64BigEndian(request[16..], offset);
        BinaryPrimitives.WriteUInt32BigEndian(request[24..], (uint)data.Length);
        try
        {
            socket.Send(request);
            socket.Send(data);
            var reply = new byte[16];
            for (var done = 0; done < reply.Length;)
            {
                var read = socket.Receive(reply.AsSpan(done));
                if (read == 0)
                {
                    return false;
                }

                done += read;
            }

            Assert.Equal(SimpleReplyMagic, BinaryPrimitives.ReadUInt32BigEndian(reply));
            Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
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
