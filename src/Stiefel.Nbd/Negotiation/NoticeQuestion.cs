namespace Stiefel.Nbd.Negotiation;

/// <summary>A client's request for notices (docs/protocol.md#notices), not verified yet.</summary>
/// <param name="ExportName">Name of the export that the client uses.</param>
/// <param name="Number">A number higher than that of any earlier request of the client.</param>
/// <param name="After">Number of the last notice that the client has; 0 for none.</param>
/// <param name="Proof">32 bytes that prove that the request comes from the client.</param>
public sealed record NoticeQuestion(string ExportName, ulong Number, ulong After, ReadOnlyMemory<byte> Proof);

/// <summary>The answer to a request for notices.</summary>
/// <param name="IsKnown">True if there is an export of that name.</param>
/// <param name="Notices">The notices in order, as they are sent; null if the request is refused.</param>
/// <param name="Reason">Why the request is refused, for people; empty if it is not.</param>
public sealed record NoticeAnswer(bool IsKnown, IReadOnlyList<byte[]>? Notices, string Reason)
{
    /// <summary>There is no such export.</summary>
    public static NoticeAnswer Unknown { get; } = new(false, null, "there is no such export");

    /// <summary>The request does not belong to that export, or comes at the wrong time.</summary>
    public static NoticeAnswer Refused(string reason) => new(true, null, reason);

    /// <summary>The given notices; an empty list means that there are none yet.</summary>
    public static NoticeAnswer Of(IReadOnlyList<byte[]> notices) => new(true, notices, "");
}
