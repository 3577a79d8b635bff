using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>Executes FLUSH, TRIM, WRITE_ZEROES and CACHE, the commands that carry no data in either direction.</summary>
internal sealed class RangeCommand(TransmissionContext context)
{
    // A range may be the whole disk, so work in steps, between which a fenced connection stops.
    private const long MaxTrimStep = 1L << 30;
    private const long MaxZeroStep = 64L << 20;

    public void Execute(in NbdRequest request)
    {
        Exception? failure = null;
        try
        {
            // Send pending replies first: they must not wait for a command that may take long.
            context.Output.Flush();
            switch (request.Command)
            {
                case NbdCommand.Flush:
                    context.Device.Flush();
                    break;
                case NbdCommand.Trim:
                    ForEachStep(request, MaxTrimStep, context.Device.Trim);
                    break;
                case NbdCommand.WriteZeroes:
                    var options = OptionsOf(request.Flags);
                    ForEachStep(request, MaxZeroStep, (offset, length) => context.Device.WriteZeroes(offset, length, options));
                    break;
                case NbdCommand.Cache:
                    context.Device.Prefetch((long)request.Offset, (long)request.Length);
                    break;
            }

            context.FlushIfAsked(request);
        }
        catch (Exception e) when (TransmissionContext.IsOfDevice(e))
        {
            failure = e;
        }

        context.Finish(request, failure);
    }

    private void ForEachStep(in NbdRequest request, long maxStep, Action<long, long> act)
    {
        var offset = (long)request.Offset;
        var end = offset + (long)request.Length;
        while (offset < end)
        {
            context.Stop.ThrowIfSet();
            var length = Math.Min(maxStep - (offset % maxStep), end - offset); // steps end on boundaries of sectors and holes
            act(offset, length);
            offset += length;
        }
    }

    private static ZeroOptions OptionsOf(NbdCommandFlags flags) =>
        (flags.HasFlag(NbdCommandFlags.NoHole) ? ZeroOptions.KeepAllocated : 0)
        | (flags.HasFlag(NbdCommandFlags.FastZero) ? ZeroOptions.OnlyIfFast : 0);
}
