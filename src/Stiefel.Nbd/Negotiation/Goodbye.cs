namespace Stiefel.Nbd.Negotiation;

/// <summary>A client's statement that it is done with an export for good (docs/protocol.md#goodbye), not verified yet.</summary>
/// <param name="ExportName">Name of the export.</param>
/// <param name="Number">A number higher than that of any earlier connection or goodbye of the client.</param>
/// <param name="Proof">32 bytes that prove that the goodbye comes from the client.</param>
public sealed record Goodbye(string ExportName, ulong Number, ReadOnlyMemory<byte> Proof)
{
    /// <summary>Size in bytes of the client's and of the server's proof.</summary>
    public const int ProofSize = 32;
}

/// <summary>The answer to a goodbye.</summary>
/// <param name="IsKnown">True if there is an export of that name.</param>
/// <param name="Proof">Proves to the client that the server accepted the goodbye and the end is clean; null if it refused.</param>
/// <param name="Reason">Why the goodbye is refused, for people; empty if it is accepted.</param>
/// <param name="AfterReply">Called after the answer was sent or could not be sent; must not throw. Null for nothing.</param>
public sealed record GoodbyeAnswer(bool IsKnown, byte[]? Proof, string Reason, Action? AfterReply = null)
{
    /// <summary>There is no such export.</summary>
    public static GoodbyeAnswer Unknown { get; } = new(false, null, "there is no such export");

    /// <summary>The goodbye cannot be accepted at present.</summary>
    public static GoodbyeAnswer NotNow(string reason) => new(true, null, reason);

    /// <summary>The end is clean.</summary>
    public static GoodbyeAnswer Heard(byte[] proof, Action afterReply) => new(true, proof, "", afterReply);
}
