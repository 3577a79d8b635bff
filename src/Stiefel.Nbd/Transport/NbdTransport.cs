using System.Net.Sockets;
using Stiefel.Linux.BlockDevices;

namespace Stiefel.Nbd.Transport;

/// <summary>Carries bytes to and from one client: over a socket, through TLS, or in a test.</summary>
internal abstract class NbdTransport : IDisposable
{
    /// <summary>Longest time that one receive or one send may take; must be positive.</summary>
    public abstract TimeSpan Timeout { set; }

    /// <summary>True if bytes have arrived that have not been received yet.</summary>
    public abstract bool HasUnread { get; }

    /// <summary>Waits for at least one byte; returns 0 if the client closed. Throws <see cref="TimeoutException"/> or <see cref="SocketException"/>.</summary>
    public abstract int Receive(Span<byte> buffer);

    /// <summary>Receives without waiting; 0 if nothing has arrived, and at the connection's end, which <see cref="Receive"/> reports.</summary>
    public virtual int ReceiveArrived(Span<byte> buffer) => 0;

    /// <summary>Sends all data. Throws <see cref="TimeoutException"/> if the client does not read, or <see cref="SocketException"/>.</summary>
    public abstract void Send(ReadOnlySpan<byte> data);

    /// <summary>True if <see cref="Send(ReadOnlySpan{byte}, PagePipe)"/> can send pages without copying them.</summary>
    public virtual bool CanLend => false;

    /// <summary>Sends all data, then empties the pipe. Throws as <see cref="Send(ReadOnlySpan{byte})"/> does.</summary>
    public virtual void Send(ReadOnlySpan<byte> data, PagePipe pages) => throw new NotSupportedException();

    /// <summary>Wakes a blocked receive or send and makes every later one fail. Called from another thread.</summary>
    public abstract void Interrupt();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
