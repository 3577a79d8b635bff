using System.Net.Sockets;
using Stiefel.Linux.BlockDevices;

namespace Stiefel.Nbd.Transport;

/// <summary>Bytes to and from one client: the place where a TLS stream or a test takes the socket's part.</summary>
internal abstract class NbdTransport : IDisposable
{
    /// <summary>How long one receive, or one send, may take. Zero or less is not allowed.</summary>
    public abstract TimeSpan Timeout { set; }

    /// <summary>There are bytes that nobody has received yet.</summary>
    public abstract bool HasUnread { get; }

    /// <summary>Waits for at least one byte; 0 = the client closed. Throws <see cref="TimeoutException"/> or <see cref="SocketException"/>.</summary>
    public abstract int Receive(Span<byte> buffer);

    /// <summary>What has arrived, without waiting: 0 if that is nothing, if nobody can tell, or if the connection is at its end, which <see cref="Receive"/> then tells.</summary>
    public virtual int ReceiveArrived(Span<byte> buffer) => 0;

    /// <summary>Sends all. Throws <see cref="TimeoutException"/> if the client does not read, or <see cref="SocketException"/>.</summary>
    public abstract void Send(ReadOnlySpan<byte> data);

    /// <summary>Pages can be sent without copying them: <see cref="Send(ReadOnlySpan{byte}, PagePipe)"/>.</summary>
    public virtual bool CanLend => false;

    /// <summary>Sends all of the first, then empties the pipe. Throws as <see cref="Send(ReadOnlySpan{byte})"/>.</summary>
    public virtual void Send(ReadOnlySpan<byte> data, PagePipe pages) => throw new NotSupportedException();

    /// <summary>Called from another thread: wakes a blocked receive or send, and makes every further one fail.</summary>
    public abstract void Interrupt();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
