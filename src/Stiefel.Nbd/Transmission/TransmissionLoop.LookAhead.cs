using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

// One request after the other would leave a disk idle that could do thirty at once. So before this thread waits for the disk,
// the kernel is told of all the reads that are here already: it fetches them side by side, and most are in memory when
// their turn comes.
internal sealed partial class TransmissionLoop
{
    // Of one look ahead. What a client may ask for at once shall not push everything else out of the page cache.
    private const long MaxBytesAhead = 16L << 20;

    private void PrepareToWait()
    {
        // Nobody shall wait for a reply while we wait for the disk; what the client asks for next is looked at as well.
        _output.Flush();
        _input.ReceiveArrived();
        long bytes = 0;
        while (bytes < MaxBytesAhead && _input.TryPeekNext(_format, _payloadOf, out NbdRequest ahead))
        {
            if (ahead.Command == NbdCommand.Read && _rules.Check(ahead).IsPassed)
            {
                _device.Prefetch((long)ahead.Offset, (long)ahead.Length);
                bytes += (long)ahead.Length;
            }
        }
    }
}
