using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>What the commands of one connection share: the device, both directions of the stream, and how an outcome is told.</summary>
internal sealed class TransmissionContext : IDisposable
{
    // Simple replies cannot be cut into chunks, and what exceeds the buffer is read twice: it holds what
    // the kernel's client asks for at most. Memory that is not touched costs nothing.
    private const int SimpleReplyBuffer = 512 * 1024;

    private readonly Action<string, Exception> _deviceFailed;

    /// <param name="transport">The client.</param>
    /// <param name="session">What the handshake settled on.</param>
    /// <param name="bufferSize">Bytes of each of the two buffers.</param>
    /// <param name="counters">Kept up to date.</param>
    /// <param name="stop">Ends what takes long.</param>
    /// <param name="deviceFailed">Told of each failure of the device, with the command.</param>
    public TransmissionContext(
        NbdTransport transport, NegotiatedSession session, int bufferSize, TransmissionCounters counters, StopSignal stop, Action<string, Exception> deviceFailed)
    {
        // Where any number of clients share an export, no session of one ends.
        Device = session.Export.Sharing == ExportSharing.NewestConnectionOnly
            ? new WatchedDevice(session.Export.Device, session.Export.Session)
            : session.Export.Device;
        Session = session.Export.Session;
        Format = session.Format;
        Rules = new RequestRules(Device.Size, ExportDescription.FlagsOf(session.Export, Format), Format, session.HasBaseAllocation);
        Output = new ReplyOutput(transport, Format == ReplyFormat.Simple ? Math.Max(bufferSize, SimpleReplyBuffer) : bufferSize);
        // Replies leave before the thread waits for the client: one that writes without a pause on a slow cable always has the next request's
        // head here already, and would hear nothing of a write until all of its writes were through.
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

    /// <summary>Set when this connection is fenced: between two steps of a long command, it ends there.</summary>
    public StopSignal Stop { get; }

    /// <summary>What the device throws is answered; what the connection throws ends it.</summary>
    public static bool IsOfDevice(Exception e) => e is LinuxException or ObjectDisposedException;

    /// <summary>Makes a writing command durable before it is answered, where the client asked for that.</summary>
    public void FlushIfAsked(in NbdRequest request)
    {
        if (request.Flags.HasFlag(NbdCommandFlags.Fua) && request.Command is NbdCommand.Write or NbdCommand.WriteZeroes or NbdCommand.Trim)
        {
            Output.Flush();
            Device.Flush();
        }
    }

    /// <summary>Answers a command that carries no data back.</summary>
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

    /// <summary>Tells the server's log, not the client.</summary>
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
