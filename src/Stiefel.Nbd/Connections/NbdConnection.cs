using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transmission;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Connections;

/// <summary>The life of one client on a thread of its own: negotiation, transmission, close.</summary>
internal sealed class NbdConnection(long id, EndPoint remote, NbdTransport transport, ConnectionTable table, NbdServerOptions options, IExportResolver resolver, INbdServerLog? log)
{
    private const int FirstUnprivilegedPort = 1024;

    private readonly TransmissionCounters _counters = new();
    private readonly StopSignal _dropped = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NegotiationStream? _negotiation;
    private volatile EnteredExport? _entered;
    private Thread? _thread;

    // After STARTTLS, the TLS transport that wraps the original one.
    private NbdTransport Transport => _negotiation?.Transport ?? transport;

    private void Run()
    {
        try
        {
            if (Negotiate() is { } session)
            {
                Transmit(session);
            }
        }
        catch (Exception e)
        {
            // This is the outermost frame of the thread: no exception may take the other clients down with it.
            log?.Refused(remote, $"unexpected: {e}");
        }
        finally
        {
            // Remove the connection before closing it, so that a client that sees it end finds it gone from the table.
            table.Remove(this);
            Transport.Dispose();
            _ended.SetResult();
        }
    }

    private NegotiatedSession? Negotiate()
    {
        var limits = options.ForNegotiation();
        var stream = _negotiation = new NegotiationStream(transport, limits);
        var negotiator = new Negotiator(stream, resolver, limits, Enter);
        try
        {
            var session = negotiator.Run();
            if (session is null && negotiator.Refusal is { } refusal)
            {
                log?.Refused(remote, refusal);
            }

            return session;
        }
        catch (Exception e) when (e is NbdProtocolException or TimeoutException or SocketException)
        {
            // A client that has proved its session may leave at any time; that is not worth a log entry.
            if (!negotiator.IsProven)
            {
                log?.Refused(remote, negotiator.Refusal ?? (_dropped.IsSet ? "displaced by a newer connection" : e.Message));
            }

            return null;
        }
    }

    // Runs before the answer is sent: once the client knows that it is admitted, the status shows it too.
    private Admission Enter(string exportName, ulong generation)
    {
        Generation = generation;
        var admission = table.Admit(this, exportName);
        if (admission.Export is { } export)
        {
            _entered = new EnteredExport(export, DateTimeOffset.UtcNow);
        }

        return admission;
    }

    private void Transmit(NegotiatedSession session)
    {
        var export = session.Export;
        Transport.Timeout = options.StallTimeout;
        using var loop = new TransmissionLoop(
            Transport,
            session,
            options.BufferSize,
            _counters,
            _dropped,
            (command, error) => log?.DeviceFailed(remote, export.Label, command, error));
        log?.Opened(remote, export.Label);
        (var reason, var detail) = RunLoop(loop);
        log?.Closed(remote, export.Label, _dropped.IsSet && reason != NbdCloseReason.Disconnected ? NbdCloseReason.Dropped : reason, detail);
    }

    private static (NbdCloseReason Reason, string Detail) RunLoop(TransmissionLoop loop)
    {
        try
        {
            return (loop.Run(), "");
        }
        catch (OperationCanceledException e)
        {
            return (NbdCloseReason.Dropped, e.Message);
        }
        catch (Exception e) when (e is NbdProtocolException or TimeoutException)
        {
            return (NbdCloseReason.Violation, e.Message);
        }
        catch (SocketException e)
        {
            return (NbdCloseReason.Lost, e.Message);
        }
    }

    // Members that the table and the status use from other threads

    /// <summary>The number of this connection; rises with every connection of a server.</summary>
    public long Id => id;

    /// <summary>The client's address without its port; null if the connection does not use IP.</summary>
    public IPAddress? Address => (remote as IPEndPoint)?.Address;

    /// <summary>The client's generation number; 0 if it sends none. Set before <see cref="ExportName"/>, and never again.</summary>
    public ulong Generation { get; private set; }

    /// <summary>True if the client's port is one that takes privilege to bind (man 7 ip, ip_unprivileged_port_start).</summary>
    public bool IsOfRoot => remote is IPEndPoint { Port: > 0 and < FirstUnprivilegedPort };

    /// <summary>The export that the connection uses or asks for; set and read under the table's lock.</summary>
    public string? ExportName { get; set; }

    /// <summary>True once the connection has the device and may write; set and read under the table's lock.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>True if the connection is about to end, or has ended.</summary>
    public bool IsDropped => _dropped.IsSet;

    /// <summary>Starts the connection's thread. Throws <see cref="OutOfMemoryException"/> if the system cannot create one.</summary>
    public void Start(int stackSize)
    {
        _thread = new Thread(Run, stackSize) { IsBackground = true, Name = $"nbd {remote}" };
        _thread.Start();
    }

    /// <summary>Ends the connection after the command that is executing now. Does not wait for that.</summary>
    public void Drop()
    {
        _dropped.Set();
        transport.Interrupt();
    }

    /// <summary>Returns once the connection's thread can no longer touch the device.</summary>
    public void WaitUntilEnded()
    {
        // A resolver that fences from within its own connection must not wait for itself.
        if (Thread.CurrentThread != _thread)
        {
            _ended.Task.Wait();
        }
    }

    /// <summary>The connection as the status shows it; null before it is in an export.</summary>
    public NbdConnectionStatus? Describe() => _entered is { } entered
        ? new NbdConnectionStatus(remote, entered.Export.Name, entered.Export.Label, _counters.BytesIn, _counters.BytesOut, _counters.Requests, entered.Since)
        : null;

    /// <summary>The work of this connection so far.</summary>
    public NbdTotals Totals => new(_counters.BytesIn, _counters.BytesOut, _counters.Requests, _counters.TimedRequests, _counters.TimedTicks);

    /// <summary>The export and the time of entry in one object, so that the status reads both or neither.</summary>
    private sealed record EnteredExport(NbdExport Export, DateTimeOffset Since);
}
