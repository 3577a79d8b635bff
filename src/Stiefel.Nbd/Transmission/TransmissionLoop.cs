using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// The transmission phase of one connection (proto.md#transmission): takes requests from the input, judges them, lets the
/// device do them, and gathers the replies, which leave before it waits for anything, or when the buffer is full.
/// </summary>
internal sealed partial class TransmissionLoop : IDisposable
{
    // Simple replies cannot be cut into chunks, and what exceeds the buffer is read twice: it holds what
    // the kernel's client asks for at most. Memory that is not touched costs nothing.
    private const int SimpleReplyBuffer = 512 * 1024;

    private readonly IBlockDevice _device;
    private readonly RequestRules _rules;
    private readonly RequestInput _input;
    private readonly ReplyOutput _output;
    private readonly ReplyWriter _reply;
    private readonly ReplyFormat _format;
    private readonly TransmissionCounters _counters;
    private readonly Action<string, Exception> _deviceFailed;
    private readonly StopSignal _stop;
    private readonly Func<NbdRequest, ulong> _payloadOf;

    /// <param name="transport">The client.</param>
    /// <param name="session">What the handshake settled on.</param>
    /// <param name="bufferSize">Bytes of each of the two buffers.</param>
    /// <param name="counters">Kept up to date.</param>
    /// <param name="stop">Ends the loop.</param>
    /// <param name="deviceFailed">Told of each failure of the device, with the command.</param>
    public TransmissionLoop(
        NbdTransport transport,
        NegotiatedSession session,
        int bufferSize,
        TransmissionCounters counters,
        StopSignal stop,
        Action<string, Exception> deviceFailed)
    {
        _device = session.Export.Device;
        _format = session.Format;
        _rules = new RequestRules(_device.Size, ExportDescription.FlagsOf(session.Export, _format), _format, session.HasBaseAllocation);
        _output = new ReplyOutput(transport, _format == ReplyFormat.Simple ? Math.Max(bufferSize, SimpleReplyBuffer) : bufferSize);
        // Nobody shall wait for a reply while we wait for him: one who writes without a pause on a slow cable always has the next request's
        // head here already, and would hear nothing of a write until all of his were through.
        _input = new RequestInput(transport, bufferSize, _output.Flush);
        _reply = new ReplyWriter(_output, _format);
        _payloadOf = request => _rules.PayloadOf(request);
        _counters = counters;
        _stop = stop;
        _deviceFailed = deviceFailed;
        _cannotLend = !transport.CanLend;
    }

    /// <summary>
    /// Serves until the client leaves. Throws <see cref="NbdProtocolException"/>, <see cref="TimeoutException"/> or a
    /// socket's exception where it does not leave in good order.
    /// </summary>
    public NbdCloseReason Run()
    {
        while (!_stop.IsSet)
        {
            if (_input.TryTake(_format, out NbdRequest request))
            {
                if (request.Command == NbdCommand.Disconnect)
                {
                    _output.Flush();
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
        _input.Dispose();
        _output.Dispose();
        ForgetPages();
    }

    private bool WaitForRequest()
    {
        // Not below: a client that does not read what it asked for is not idle.
        _output.Flush();
        bool isBetweenRequests = _input.IsEmpty;
        try
        {
            return _input.Receive();
        }
        catch (TimeoutException) when (isBetweenRequests)
        {
            // A client may be idle for as long as it likes, but not in the middle of a request.
            return true;
        }
    }

    private void Serve(in NbdRequest request)
    {
        _counters.AddRequest();
        RequestCheck check = _rules.Check(request);
        if (!check.IsPassed)
        {
            Refuse(request, check);
            return;
        }

        switch (request.Command)
        {
            case NbdCommand.Read:
                Read(request);
                break;
            case NbdCommand.Write:
                Write(request);
                break;
            case NbdCommand.BlockStatus:
                ReportExtents(request);
                break;
            default:
                Execute(request);
                break;
        }
    }

    private void Refuse(in NbdRequest request, RequestCheck check)
    {
        ulong payload = _rules.PayloadOf(request);
        if (payload > 2UL * NbdLimits.MaxPayload)
        {
            throw new NbdProtocolException($"{request.Command} with {payload} bytes of payload");
        }

        _input.Drain(payload);
        _reply.Fail(request, check.Error, check.Reason);
    }

    private void FlushIfAsked(in NbdRequest request)
    {
        if (request.Flags.HasFlag(NbdCommandFlags.Fua) && request.Command is NbdCommand.Write or NbdCommand.WriteZeroes or NbdCommand.Trim)
        {
            _output.Flush();
            _device.Flush();
        }
    }

    private void Finish(in NbdRequest request, Exception? failure)
    {
        if (failure is null)
        {
            _reply.Acknowledge(request);
            return;
        }

        ReportFailure(request, failure);
        _reply.Fail(request, ErrorMapping.Of(request, failure), failure.Message);
    }

    private void ReportFailure(in NbdRequest request, Exception failure)
    {
        // ENOTSUP is the expected answer to FAST_ZERO, not a failure of the disk.
        if (ErrorMapping.Of(request, failure) != NbdError.NotSupported)
        {
            _deviceFailed($"{request.Command} of {request.Length} bytes at {request.Offset}", failure);
        }
    }

    /// <summary>What the device throws is answered; what the connection throws ends it.</summary>
    private static bool IsOfDevice(Exception e) => e is LinuxException or ObjectDisposedException;
}
