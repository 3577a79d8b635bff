namespace Stiefel.Nbd.Connections;

/// <summary>The combined work of all connections of a server, including those that have ended.</summary>
/// <param name="BytesIn">Payload bytes written by clients.</param>
/// <param name="BytesOut">Payload bytes read by clients.</param>
/// <param name="Requests">Requests served.</param>
public readonly record struct NbdTotals(long BytesIn, long BytesOut, long Requests)
{
    /// <summary>Adds two totals field by field.</summary>
    public static NbdTotals operator +(NbdTotals left, NbdTotals right) =>
        new(left.BytesIn + right.BytesIn, left.BytesOut + right.BytesOut, left.Requests + right.Requests);
}
