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

    // Since STARTTLS the one around the other.
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
            // The thread is the outermost frame: whatever it was, it must not take the other clients along.
            log?.Refused(remote, $"unexpected: {e}");
        }
        finally
        {
            // First, so that a client that sees the end of a connection finds it gone.
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
            // One that has a session here, and leaves when it has heard enough, is no stranger.
            if (!negotiator.IsProven)
            {
                log?.Refused(remote, negotiator.Refusal ?? (_dropped.IsSet ? "displaced by a newer connection" : e.Message));
            }

            return null;
        }
    }

    // Before the client hears of it: when it knows that it is in, so does everybody here.
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

    // As the table and status see it, from other threads

    /// <summary>Rises with every connection of a server.</summary>
    public long Id => id;

    /// <summary>Where it comes from, without the port.</summary>
    public IPAddress? Address => (remote as IPEndPoint)?.Address;

    /// <summary>The generation of its client's connections; 0 if the client counts none. Set before the name, and never again.</summary>
    public ulong Generation { get; private set; }

    /// <summary>It comes from a port that only root, or who was given that right, may bind (man 7 ip, ip_unprivileged_port_start).</summary>
    public bool IsOfRoot => remote is IPEndPoint { Port: > 0 and < FirstUnprivilegedPort };

    /// <summary>The export it is in, or asks to get into; set and read under the table's lock.</summary>
    public string? ExportName { get; set; }

    /// <summary>It got the device and may write; set and read under the table's lock.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>It is to end, or has ended.</summary>
    public bool IsDropped => _dropped.IsSet;

    /// <summary>Throws <see cref="OutOfMemoryException"/> if the system has no thread left.</summary>
    public void Start(int stackSize)
    {
        _thread = new Thread(Run, stackSize) { IsBackground = true, Name = $"nbd {remote}" };
        _thread.Start();
    }

    /// <summary>Ends it: what is executing now is the last thing it does. Does not wait.</summary>
    public void Drop()
    {
        _dropped.Set();
        transport.Interrupt();
    }

    /// <summary>Returns when the thread can do nothing more to the device.</summary>
    public void WaitUntilEnded()
    {
        // A resolver that fences from within its own connection must not wait for itself.
        if (Thread.CurrentThread != _thread)
        {
            _ended.Task.Wait();
        }
    }

    /// <summary>For status; null before it is in an export.</summary>
    public NbdConnectionStatus? Describe() => _entered is { } entered
        ? new NbdConnectionStatus(remote, entered.Export.Name, entered.Export.Label, _counters.BytesIn, _counters.BytesOut, _counters.Requests, entered.Since)
        : null;

    /// <summary>What it has done so far.</summary>
    public NbdTotals Totals => new(_counters.BytesIn, _counters.BytesOut, _counters.Requests);

    /// <summary>One object, so that status reads both or neither.</summary>
    private sealed record EnteredExport(NbdExport Export, DateTimeOffset Since);
}
