namespace Stiefel.Nbd.Connections;

/// <summary>The combined work of all connections of a server, including those that have ended.</summary>
/// <param name="BytesIn">Payload bytes written by clients.</param>
/// <param name="BytesOut">Payload bytes read by clients.</param>
/// <param name="Requests">Requests served.</param>
/// <param name="TimedRequests">Requests whose time was measured: one in eight. The time covers the disk and the reply.</param>
/// <param name="TimedTicks">The time of all measured requests together, in the unit of <see cref="System.Diagnostics.Stopwatch"/>.</param>
public readonly record struct NbdTotals(long BytesIn, long BytesOut, long Requests, long TimedRequests, long TimedTicks)
{
    /// <summary>Adds two totals field by field.</summary>
    public static NbdTotals operator +(NbdTotals left, NbdTotals right) => new(
        left.BytesIn + right.BytesIn, left.BytesOut + right.BytesOut, left.Requests + right.Requests, left.TimedRequests + right.TimedRequests, left.TimedTicks + right.TimedTicks);
}
