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
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TransmissionCounters _counters = new();
    private readonly StopSignal _dropped = new();
    private volatile Stage? _stage;
    private Thread? _thread;
    private NegotiationStream? _negotiation;

    /// <summary>Rises with every connection of a server.</summary>
    public long Id => id;

    /// <summary>Where it comes from, without the port.</summary>
    public IPAddress? Address => (remote as IPEndPoint)?.Address;

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
    public NbdConnectionStatus? Describe() => _stage is { } stage
        ? new NbdConnectionStatus(remote, stage.Export.Name, stage.Export.Label, _counters.BytesIn, _counters.BytesOut, _counters.Requests, stage.Since)
        : null;

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
            Transport.Dispose();
            table.Remove(this);
            _ended.SetResult();
        }
    }

    private NegotiatedSession? Negotiate()
    {
        var stream = _negotiation = new NegotiationStream(transport, options);
        var negotiator = new Negotiator(stream, resolver, options, Enter);
        try
        {
            NegotiatedSession? session = negotiator.Run();
            if (session is null && negotiator.Refusal is { } refusal)
            {
                log?.Refused(remote, refusal);
            }

            return session;
        }
        catch (Exception e) when (e is NbdProtocolException or TimeoutException or SocketException)
        {
            log?.Refused(remote, negotiator.Refusal ?? (_dropped.IsSet ? "displaced by a newer connection" : e.Message));
            return null;
        }
    }

    // Before the client hears of it: when it knows that it is in, so does everybody here.
    private Admission Enter(string exportName)
    {
        Admission admission = table.Admit(this, exportName);
        if (admission.Export is { } export)
        {
            _stage = new Stage(export, DateTimeOffset.UtcNow);
        }

        return admission;
    }

    private void Transmit(NegotiatedSession session)
    {
        NbdExport export = session.Export;
        Transport.Timeout = options.StallTimeout;
        using var loop = new TransmissionLoop(
            Transport,
            session,
            options.BufferSize,
            _counters,
            _dropped,
            (command, error) => log?.DeviceFailed(remote, export.Label, command, error));
        log?.Opened(remote, export.Label);
        (NbdCloseReason reason, string detail) = RunLoop(loop);
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

    /// <summary>Of a connection in transmission; one object, so that status reads both or neither.</summary>
    private sealed record Stage(NbdExport Export, DateTimeOffset Since);
}
