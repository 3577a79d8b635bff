using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Processes;

namespace Stiefel.Server.Keeping;

/// <summary>A process of its own that has the disk besides this one: <see cref="KeeperProgram"/>. It listens in the state directory, where the next server finds it.</summary>
/// <param name="path">Its socket; for root alone, as the directory.</param>
/// <param name="limit">How long a disk that no server asks for is held; <see cref="TimeSpan.Zero"/>: for ever.</param>
/// <param name="logger">Is told what it cannot do.</param>
public sealed class KeeperProcess(string path, TimeSpan limit, ILogger<KeeperProcess> logger) : IDiskKeeper, IDisposable
{
    // The running program itself: its file may be another by now.
    private const string OwnProgram = "/proc/self/exe";

    // It answers at once, or not at all.
    private const int AnswerMilliseconds = 10_000;

    private Socket? _socket;

    /// <inheritdoc/>
    public SafeFileHandle? Find()
    {
        try
        {
            _socket ??= TryConnect();
            return _socket is null ? null : Ask([KeeperMessage.Find]);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            Forget();
            logger.KeeperFailed(e.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public bool TryHold(SafeFileHandle disk)
    {
        Span<byte> message = stackalloc byte[KeeperMessage.HoldLength];
        message[0] = KeeperMessage.Hold;
        BinaryPrimitives.WriteInt32BigEndian(message[1..], (int)limit.TotalSeconds);
        for (var isSecond = false; ; isSecond = true)
        {
            try
            {
                _socket ??= TryConnect() ?? Start();
                _ = Ask(message, disk);
                return true;
            }
            catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or ArgumentException)
            {
                // It may have been ended since it was last asked; another is as good.
                Forget();
                if (isSecond)
                {
                    logger.KeeperFailed(e.Message);
                    return false;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Release()
    {
        try
        {
            _socket ??= TryConnect();
            if (_socket is not null)
            {
                _ = Ask([KeeperMessage.Release]);
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // One that was ended holds nothing any more.
            Forget();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private SafeFileHandle? Ask(ReadOnlySpan<byte> message, SafeFileHandle? disk = null)
    {
        DescriptorMessage.Send(_socket!, message, disk);
        Span<byte> answer = stackalloc byte[1];
        return DescriptorMessage.Receive(_socket!, answer, out var file) == 1 && answer[0] == KeeperMessage.Done ? file : throw new IOException("it has ended");
    }

    private Socket? TryConnect()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var socket = NewSocket();
        try
        {
            socket.ReceiveTimeout = socket.SendTimeout = AnswerMilliseconds;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // The socket of a keeper that has ended.
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Socket Start()
    {
        using var listener = NewSocket();
        var itsOwn = path + ".new";
        File.Delete(itsOwn);
        listener.Bind(new UnixDomainSocketEndPoint(itsOwn));
        listener.Listen(1);

        // By the name that it was bound to, the runtime removes it when we close our end.
        File.Move(itsOwn, path, overwrite: true);
        using (var inherited = new InheritedDescriptor(listener.SafeHandle))
        {
            _ = ChildProcess.StartDetached(OwnProgram, [KeeperProgram.Name, KeeperProgram.Argument, inherited.Number]);
        }

        return TryConnect() ?? throw new IOException($"{path} is gone");
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);

    private void Forget()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
