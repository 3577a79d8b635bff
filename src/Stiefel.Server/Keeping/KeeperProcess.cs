using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Processes;

namespace Stiefel.Server.Keeping;

/// <summary>Lets a separate process hold the disk: <see cref="KeeperProgram"/>. That process listens in the state directory, where the next server finds it.</summary>
/// <param name="path">The keeper's socket; only root can reach it, because only root may enter the directory.</param>
/// <param name="limit">How long a disk that no server asks for is held; <see cref="TimeSpan.Zero"/> means forever.</param>
/// <param name="logger">Logs failures.</param>
public sealed class KeeperProcess(string path, TimeSpan limit, ILogger<KeeperProcess> logger) : IDiskKeeper, IDisposable
{
    // The running program itself, even if its file was replaced meanwhile.
    private const string OwnProgram = "/proc/self/exe";

    // A keeper that works answers at once.
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
                // The keeper may have ended since the last request; start a new one and try again.
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
            // A keeper that has ended holds nothing.
            Forget();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private SafeFileHandle? Ask(ReadOnlySpan<byte> message, SafeFileHandle? disk = null)
    {
        DescriptorMessage.Send(_socket!, message, disk);
        Span<byte> answer = stackalloc byte[1];
        return DescriptorMessage.Receive(_socket!, answer, out var file) == 1 && answer[0] == KeeperMessage.Done ? file : throw new IOException("the keeper has ended");
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
            // The keeper of this socket has ended.
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

        // Rename it, because the runtime deletes the name that a socket was bound to when the listener is closed.
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
