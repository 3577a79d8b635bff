using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A peer that sends exactly what a test tells it to send, right or wrong.</summary>
internal sealed class NbdTestClient(Socket socket) : IDisposable
{
    private ulong _lastCookie = 0x1000;
    private SslStream? _tls;

    public ReplyFormat Format { get; set; }

    public Socket Socket => socket;

    /// <summary>Connects and goes through greeting, optional format, and GO.</summary>
    public static NbdTestClient Open(TestServer server, ReplyFormat format = ReplyFormat.Simple, bool withContext = false)
    {
        var client = Greet(server);
        client.Enter(format, withContext);
        return client;
    }

    /// <summary>Continues after the greeting with optional format, and GO.</summary>
    public void Enter(ReplyFormat format = ReplyFormat.Simple, bool withContext = false)
    {
        Agree(format);
        if (withContext)
        {
            byte[] query = [.. Prefixed(TestServer.ExportName), 0, 0, 0, 1, .. Prefixed("base:allocation")];
            SendOption(NbdOption.SetMetaContext, query);
            Assert(ReadOptionReply().Type == OptionReplyType.MetaContext);
            Assert(ReadOptionReply().Type == OptionReplyType.Ack);
        }

        SendOption(NbdOption.Go, GoData(TestServer.ExportName));
        Assert(ReadOptionReply().Type == OptionReplyType.Info);
        Assert(ReadOptionReply().Type == OptionReplyType.Ack);
    }

    /// <summary>Connects and goes through the greeting only.</summary>
    public static NbdTestClient Greet(TestServer server)
    {
        var client = new NbdTestClient(server.Connect());
        client.Receive(18);
        client.Send([0, 0, 0, 3]);
        return client;
    }

    public static byte[] Prefixed(string text)
    {
        var bytes = new byte[4 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(4));
        return bytes;
    }

    public static byte[] GoData(string name, params ushort[] wanted)
    {
        var data = new List<byte>(Prefixed(name)) { (byte)(wanted.Length >> 8), (byte)wanted.Length };
        foreach (var info in wanted)
        {
            data.Add((byte)(info >> 8));
            data.Add((byte)info);
        }

        return [.. data];
    }

    public void Agree(ReplyFormat format)
    {
        Format = format;
        if (format != ReplyFormat.Simple)
        {
            SendOption(format == ReplyFormat.Extended ? NbdOption.ExtendedHeaders : NbdOption.StructuredReply, []);
            Assert(ReadOptionReply().Type == OptionReplyType.Ack);
        }
    }

    /// <summary>Sends STARTTLS, and performs the TLS handshake if the server agrees.</summary>
    public void StartTls(TestCertificates certificates, bool showsCertificate = false)
    {
        SendOption(NbdOption.StartTls, []);
        Assert(ReadOptionReply().Type == OptionReplyType.Ack);
        ShakeHands(certificates, showsCertificate);
    }

    /// <summary>Performs the TLS handshake only.</summary>
    public void ShakeHands(TestCertificates certificates, bool showsCertificate = false)
    {
        var tls = new SslStream(new NetworkStream(socket));
        tls.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificates.IsOurs(certificate),
            ClientCertificates = showsCertificate ? [certificates.ClientCertificate] : null,
        });
        _tls = tls;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_tls is not null)
        {
            _tls.Write(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    public byte[] Receive(int length)
    {
        var bytes = new byte[length];
        var done = 0;
        while (done < length)
        {
            var count = ReceiveSome(bytes.AsSpan(done));
            done += count > 0 ? count : throw new EndOfStreamException($"the server closed after {done} of {length} bytes");
        }

        return bytes;
    }

    /// <summary>True if the server closes the connection, by FIN or reset, without another byte.</summary>
    public bool IsClosedByServer()
    {
        try
        {
            return ReceiveSome(new byte[1]) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return true;
        }
    }

    private int ReceiveSome(Span<byte> buffer) => _tls is null ? socket.Receive(buffer) : _tls.Read(buffer);

    public void SendOption(NbdOption option, ReadOnlySpan<byte> data)
    {
        var message = new byte[OptionHeader.Size + data.Length];
        new OptionHeader(option, (uint)data.Length).Write(message);
        data.CopyTo(message.AsSpan(OptionHeader.Size));
        Send(message);
    }

    public (NbdOption Option, OptionReplyType Type, byte[] Data) ReadOptionReply()
    {
        Assert(OptionReplyHeader.TryRead(Receive(OptionReplyHeader.Size), out var header));
        return (header.Option, header.Type, Receive((int)header.DataLength));
    }

    /// <summary>Sends a request and returns its cookie.</summary>
    public ulong Request(NbdCommand command, ulong offset, ulong length, NbdCommandFlags flags = 0, ReadOnlySpan<byte> payload = default)
    {
        var cookie = ++_lastCookie;
        var message = new byte[NbdRequest.SizeIn(Format) + payload.Length];
        new NbdRequest(flags, command, cookie, offset, length).Write(message, Format);
        payload.CopyTo(message.AsSpan(NbdRequest.SizeIn(Format)));
        Send(message);
        return cookie;
    }

    /// <summary>Reads the next simple reply, which must carry the cookie, and returns its error.</summary>
    public NbdError ReadReply(ulong cookie)
    {
        Assert(SimpleReply.TryRead(Receive(SimpleReply.Size), out var reply));
        Assert(reply.Cookie == cookie);
        return reply.Error;
    }

    public NbdError Call(NbdCommand command, ulong offset, ulong length, NbdCommandFlags flags = 0, ReadOnlySpan<byte> payload = default) =>
        ReadReply(Request(command, offset, length, flags, payload));

    public (ChunkHeader Head, byte[] Payload) ReadChunk()
    {
        Assert(ChunkHeader.TryRead(Receive(ChunkHeader.SizeIn(Format)), Format, out var head));
        return (head, Receive((int)head.PayloadLength));
    }

    public void Dispose()
    {
        _tls?.Dispose();
        socket.Dispose();
    }

    private static void Assert(bool condition)
    {
        if (!condition)
        {
            throw new InvalidDataException("the server's answer is not what the script expects");
        }
    }
}
