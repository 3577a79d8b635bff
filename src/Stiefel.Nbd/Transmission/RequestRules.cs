using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Checks a request before anything is touched. The code that executes it may assume that the command is known, its flags
/// are valid, and its range lies within the export.
/// </summary>
/// <param name="size">Size of the export in bytes.</param>
/// <param name="flags">The transmission flags that were sent to the client.</param>
/// <param name="format">The format that was agreed.</param>
/// <param name="hasBaseAllocation">True if the client selected base:allocation, which BLOCK_STATUS needs.</param>
internal sealed class RequestRules(long size, TransmissionFlags flags, ReplyFormat format, bool hasBaseAllocation)
{
    private readonly bool _isReadOnly = flags.HasFlag(TransmissionFlags.ReadOnly);

    /// <summary>
    /// Number of payload bytes that follow the head. A WRITE always has its data, even if a client with extended headers
    /// forgot to set PAYLOAD_LEN; any other command has a payload only if that flag is set.
    /// </summary>
    public ulong PayloadOf(in NbdRequest request) =>
        request.Command == NbdCommand.Write || (format == ReplyFormat.Extended && request.Flags.HasFlag(NbdCommandFlags.PayloadLen))
            ? request.Length
            : 0;

    public RequestCheck Check(in NbdRequest request)
    {
        if (FlagsFor(request.Command) is not { } known)
        {
            return new RequestCheck(NbdError.Invalid, $"unknown command {(ushort)request.Command}");
        }

        var unknown = request.Flags & ~known;
        if (unknown != 0)
        {
            return new RequestCheck(NbdError.Invalid, $"{request.Command} does not allow the flags 0x{(ushort)unknown:x4}");
        }

        return request.Command switch
        {
            NbdCommand.Flush when request.Offset != 0 || request.Length != 0 => new RequestCheck(NbdError.Invalid, "a flush must have offset 0 and length 0"),
            NbdCommand.Flush => RequestCheck.Passed,
            NbdCommand.BlockStatus when !hasBaseAllocation => new RequestCheck(NbdError.Invalid, "no metadata context was selected"),
            NbdCommand.BlockStatus when request.Length == 0 => new RequestCheck(NbdError.Invalid, "a block status request needs a length"),
            NbdCommand.Write or NbdCommand.WriteZeroes or NbdCommand.Trim when _isReadOnly => new RequestCheck(NbdError.NotPermitted, "the export is read-only"),
            NbdCommand.Trim when !flags.HasFlag(TransmissionFlags.SendTrim) => new RequestCheck(NbdError.Invalid, "this export does not support trim"),
            _ => CheckRange(request),
        };
    }

    private RequestCheck CheckRange(in NbdRequest request)
    {
        if (request.Command is NbdCommand.Read or NbdCommand.Write && request.Length > NbdLimits.MaxPayload)
        {
            // proto.md#error-values: EOVERFLOW is for a READ that would be legal in parts.
            var error = request.Flags.HasFlag(NbdCommandFlags.Df) ? NbdError.Overflow : NbdError.Invalid;
            return new RequestCheck(error, $"a request may carry at most {NbdLimits.MaxPayload} bytes");
        }

        // Subtract, because an addition could overflow.
        if (request.Offset > (ulong)size || request.Length > (ulong)size - request.Offset)
        {
            var grows = request.Command is NbdCommand.Write or NbdCommand.WriteZeroes;
            return new RequestCheck(grows ? NbdError.NoSpace : NbdError.Invalid, $"the range goes beyond the end of the export at byte {size}");
        }

        return RequestCheck.Passed;
    }

    /// <summary>The flags that a command may carry, FUA with every one (proto.md#command-flags); null for an unknown command.</summary>
    private NbdCommandFlags? FlagsFor(NbdCommand command)
    {
        switch (command)
        {
            case NbdCommand.Read:
                return NbdCommandFlags.Fua | (format != ReplyFormat.Simple ? NbdCommandFlags.Df : 0);
            case NbdCommand.Write:
                return NbdCommandFlags.Fua | (format == ReplyFormat.Extended ? NbdCommandFlags.PayloadLen : 0);
            case NbdCommand.WriteZeroes:
                return NbdCommandFlags.Fua | NbdCommandFlags.NoHole | NbdCommandFlags.FastZero;
            case NbdCommand.BlockStatus:
                return NbdCommandFlags.Fua | NbdCommandFlags.ReqOne;
            case NbdCommand.Disconnect:
            case NbdCommand.Flush:
            case NbdCommand.Trim:
            case NbdCommand.Cache:
                return NbdCommandFlags.Fua;
            default:
                return null;
        }
    }
}
