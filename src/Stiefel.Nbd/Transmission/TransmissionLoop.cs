using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// The transmission phase of one connection (proto.md#transmission): one thread takes requests from the input, judges them, lets the device do
/// them, and gathers the replies.
///
/// Three rules make it fast and keep it right. A receive brings as many requests as are there, and replies are sent together; they leave before
/// the thread waits for anything, the client, the disk or a flush, or when the buffer is full, so that no client waits for a reply that is ready.
/// A command is checked whole before anything is touched (<see cref="RequestRules"/>), so what executes it may trust its range. And what takes
/// long goes on in steps, between which a fenced connection stops: when the thread has ended, nothing of this client can reach the disk any more.
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
    /// Serves until the client leaves. Throws <see cref="NbdProtocolException"/>, <see cref="TimeoutException"/> or a
    /// socket's exception where it does not leave in good order.
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
        // Not below: a client that does not read what it asked for is not idle.
        _context.Output.Flush();
        var isBetweenRequests = _context.Input.IsEmpty;
        try
        {
            return _context.Input.Receive();
        }
        catch (TimeoutException) when (isBetweenRequests)
        {
            // A client may be idle for as long as it likes, but not in the middle of a request.
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
            throw new NbdProtocolException($"{request.Command} with {payload} bytes of payload");
        }

        _context.Input.Drain(payload);
        _context.Reply.Fail(request, check.Error, check.Reason);
    }
}
