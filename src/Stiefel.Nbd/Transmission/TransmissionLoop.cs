using System.Diagnostics;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// The transmission phase of one connection (proto.md#transmission): one thread takes requests from the input, checks them, executes them on
/// the device, and gathers the replies.
///
/// Three rules keep it fast and correct. First, one receive brings as many requests as have arrived, and replies are sent together: when the
/// buffer is full, and before the thread waits for the client, the disk or a flush, so that no client waits for a reply that is ready.
/// Second, a command is checked completely before anything is touched (<see cref="RequestRules"/>), so the code that executes it may trust
/// its range. Third, long commands run in steps, between which a fenced connection stops: once the thread has ended, nothing from this
/// client can reach the disk any more.
///
/// READ is in <see cref="ReadCommand"/>, WRITE in <see cref="WriteCommand"/>, BLOCK_STATUS in <see cref="ExtentCommand"/>, the rest in
/// <see cref="RangeCommand"/>.
/// </summary>
internal sealed class TransmissionLoop : IDisposable
{
    private readonly TransmissionContext _context;
    private readonly ReadCommand _read;
    private readonly WriteCommand _write;
    private readonly RangeCommand _range;
    private readonly ExtentCommand _extents;

    /// <inheritdoc cref="TransmissionContext(NbdTransport, NegotiatedSession, int, TransmissionCounters, StopSignal, Action{string, Exception})"/>
    public TransmissionLoop(
        NbdTransport transport, NegotiatedSession session, int bufferSize, TransmissionCounters counters, StopSignal stop, Action<string, Exception> deviceFailed)
    {
        _context = new TransmissionContext(transport, session, bufferSize, counters, stop, deviceFailed);
        _read = new ReadCommand(_context, transport.CanLend);
        _write = new WriteCommand(_context);
        _range = new RangeCommand(_context);
        _extents = new ExtentCommand(_context);
    }

    /// <summary>
    /// Serves until the client disconnects or the connection is stopped. Throws <see cref="NbdProtocolException"/>,
    /// <see cref="TimeoutException"/> or a socket's exception if the client does not leave in good order.
    /// </summary>
    public NbdCloseReason Run()
    {
        while (!_context.Stop.IsSet)
        {
            if (_context.Input.TryTake(_context.Format, out var request))
            {
                if (request.Command == NbdCommand.Disconnect)
                {
                    _context.Output.Flush();
                    return NbdCloseReason.Disconnected;
                }

                Serve(request);
                continue;
            }

            if (!WaitForRequest())
            {
                return NbdCloseReason.Lost;
            }
        }

        return NbdCloseReason.Dropped;
    }

    public void Dispose()
    {
        _read.Dispose();
        _context.Dispose();
    }

    private bool WaitForRequest()
    {
        // Outside the try block: a client that does not read its replies is not idle.
        _context.Output.Flush();
        var isBetweenRequests = _context.Input.IsEmpty;
        try
        {
            return _context.Input.Receive();
        }
        catch (TimeoutException) when (isBetweenRequests)
        {
            // A client may be idle indefinitely, but not in the middle of a request.
            return true;
        }
    }

    private void Serve(in NbdRequest request)
    {
        _context.Counters.AddRequest();
        _context.Session.MarkHeard();
        var check = _context.Rules.Check(request);
        if (!check.IsPassed)
        {
            Refuse(request, check);
            return;
        }

        if (!_context.Counters.IsTimed)
        {
            Execute(request);
            return;
        }

        var began = Stopwatch.GetTimestamp();
        Execute(request);
        _context.Counters.AddTime(Stopwatch.GetTimestamp() - began);
    }

    private void Execute(in NbdRequest request)
    {
        switch (request.Command)
        {
            case NbdCommand.Read:
                _read.Execute(request);
                break;
            case NbdCommand.Write:
                _write.Execute(request);
                break;
            case NbdCommand.BlockStatus:
                _extents.Execute(request);
                break;
            default:
                _range.Execute(request);
                break;
        }
    }

    private void Refuse(in NbdRequest request, RequestCheck check)
    {
        var payload = _context.Rules.PayloadOf(request);
        if (payload > 2UL * NbdLimits.MaxPayload)
        {
            throw new NbdProtocolException($"the client sent {request.Command} with {payload} bytes of payload, which is too long");
        }

        _context.Input.Drain(payload);
        _context.Reply.Fail(request, check.Error, check.Reason);
    }
}
