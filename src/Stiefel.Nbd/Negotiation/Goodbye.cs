namespace Stiefel.Nbd.Negotiation;

/// <summary>A client says that it is done with an export for good (docs/protocol.md#goodbye). Nothing of it is verified yet.</summary>
/// <param name="ExportName">Which.</param>
/// <param name="Number">Above those of all its connections and goodbyes before.</param>
/// <param name="Proof">32 bytes: that it is the client's own.</param>
public sealed record Goodbye(string ExportName, ulong Number, ReadOnlyMemory<byte> Proof)
{
    /// <summary>Bytes of a proof, the client's and the server's.</summary>
    public const int ProofSize = 32;
}

/// <summary>How a goodbye was heard.</summary>
/// <param name="IsKnown">There is an export of that name.</param>
/// <param name="Proof">What shows the client that it was heard and that the end is clean; null if it is not.</param>
/// <param name="Reason">Why not, for people.</param>
/// <param name="AfterReply">Done when the answer has left, or could not leave; must not throw. Null for nothing.</param>
public sealed record GoodbyeAnswer(bool IsKnown, byte[]? Proof, string Reason, Action? AfterReply = null)
{
    /// <summary>There is no such export.</summary>
    public static GoodbyeAnswer Unknown { get; } = new(false, null, "there is no such export");

    /// <summary>It cannot be accepted as things are.</summary>
    public static GoodbyeAnswer NotNow(string reason) => new(true, null, reason);

    /// <summary>The end is clean.</summary>
    public static GoodbyeAnswer Heard(byte[] proof, Action afterReply) => new(true, proof, "", afterReply);
}
