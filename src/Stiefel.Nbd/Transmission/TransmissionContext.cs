using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>State that the commands of one connection share: the device, both directions of the stream, and the reporting of results.</summary>
internal sealed class TransmissionContext : IDisposable
{
    // Simple replies cannot be split into chunks, and a reply larger than the buffer is read twice, so the buffer holds
    // the largest request of the kernel's client. Untouched memory costs nothing.
    private const int SimpleReplyBuffer = 512 * 1024;

    private readonly Action<string, Exception> _deviceFailed;

    /// <param name="transport">The transport to the client.</param>
    /// <param name="session">The result of the handshake.</param>
    /// <param name="bufferSize">Size in bytes of each of the two buffers.</param>
    /// <param name="counters">Counts this connection's work.</param>
    /// <param name="stop">Stops a long command between two steps.</param>
    /// <param name="deviceFailed">Called with the command and the error for each failure of the device.</param>
    public TransmissionContext(
        NbdTransport transport, NegotiatedSession session, int bufferSize, TransmissionCounters counters, StopSignal stop, Action<string, Exception> deviceFailed)
    {
        // Only an export that belongs to one client has a session whose writes must be watched.
        Device = session.Export.Sharing == ExportSharing.NewestConnectionOnly
            ? new WatchedDevice(session.Export.Device, session.Export.Session)
            : session.Export.Device;
        Session = session.Export.Session;
        Format = session.Format;
        Rules = new RequestRules(Device.Size, ExportDescription.FlagsOf(session.Export, Format), Format, session.HasBaseAllocation);
        Output = new ReplyOutput(transport, Format == ReplyFormat.Simple ? Math.Max(bufferSize, SimpleReplyBuffer) : bufferSize);
        // Send pending replies before blocking: a client that writes without a pause on a slow cable always has its next request's head
        // here already, and would otherwise not learn that its writes are done until the last one has arrived.
        Input = new RequestInput(transport, bufferSize, Output.Flush);
        Reply = new ReplyWriter(Output, Format);
        Counters = counters;
        Stop = stop;
        _deviceFailed = deviceFailed;
    }

    public IBlockDevice Device { get; }

    public ExportSession Session { get; }

    public ReplyFormat Format { get; }

    public RequestRules Rules { get; }

    public RequestInput Input { get; }

    public ReplyOutput Output { get; }

    public ReplyWriter Reply { get; }

    public TransmissionCounters Counters { get; }

    /// <summary>Set when this connection is fenced; a long command checks it between two steps.</summary>
    public StopSignal Stop { get; }

    /// <summary>True for a failure of the device, which is answered; any other exception ends the connection.</summary>
    public static bool IsOfDevice(Exception e) => e is LinuxException or ObjectDisposedException;

    /// <summary>Makes a writing command durable before it is answered, if the client set FUA.</summary>
    public void FlushIfAsked(in NbdRequest request)
    {
        if (request.Flags.HasFlag(NbdCommandFlags.Fua) && request.Command is NbdCommand.Write or NbdCommand.WriteZeroes or NbdCommand.Trim)
        {
            Output.Flush();
            Device.Flush();
        }
    }

    /// <summary>Answers a command that returns no data.</summary>
    public void Finish(in NbdRequest request, Exception? failure)
    {
        if (failure is null)
        {
            Reply.Acknowledge(request);
            return;
        }

        ReportFailure(request, failure);
        Reply.Fail(request, ErrorMapping.Of(request, failure), failure.Message);
    }

    /// <summary>Reports a failure to the server's log, not to the client.</summary>
    public void ReportFailure(in NbdRequest request, Exception failure)
    {
        // ENOTSUP is the expected answer to FAST_ZERO, not a failure of the disk.
        if (ErrorMapping.Of(request, failure) != NbdError.NotSupported)
        {
            _deviceFailed($"{request.Command} of {request.Length} bytes at {request.Offset}", failure);
        }
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
    }
}
