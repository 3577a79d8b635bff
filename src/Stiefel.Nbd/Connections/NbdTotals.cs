namespace Stiefel.Nbd.Connections;

/// <summary>What all connections of a server have done together, those that are gone included.</summary>
/// <param name="BytesIn">Payload bytes written by clients.</param>
/// <param name="BytesOut">Payload bytes read by clients.</param>
/// <param name="Requests">Requests served.</param>
public readonly record struct NbdTotals(long BytesIn, long BytesOut, long Requests)
{
    /// <summary>Both together.</summary>
    public static NbdTotals operator +(NbdTotals left, NbdTotals right) =>
        new(left.BytesIn + right.BytesIn, left.BytesOut + right.BytesOut, left.Requests + right.Requests);
}
