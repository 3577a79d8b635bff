namespace Stiefel.Nbd.Negotiation;

/// <summary>A client asks what the server has to tell it (docs/protocol.md#notices). Nothing of it is verified yet.</summary>
/// <param name="ExportName">Which export it uses.</param>
/// <param name="Number">Above those of all its questions before.</param>
/// <param name="After">The last notice that it has; 0 for none.</param>
/// <param name="Proof">32 bytes: that it is the client's own.</param>
public sealed record NoticeQuestion(string ExportName, ulong Number, ulong After, ReadOnlyMemory<byte> Proof);

/// <summary>What it is told.</summary>
/// <param name="IsKnown">There is an export of that name.</param>
/// <param name="Notices">One after the other, as they cross; null if the question is refused.</param>
/// <param name="Reason">Why it is, for people.</param>
public sealed record NoticeAnswer(bool IsKnown, IReadOnlyList<byte[]>? Notices, string Reason)
{
    /// <summary>There is no such export.</summary>
    public static NoticeAnswer Unknown { get; } = new(false, null, "there is no such export");

    /// <summary>The question is none of that export's, or comes at the wrong time.</summary>
    public static NoticeAnswer Refused(string reason) => new(true, null, reason);

    /// <summary>These; none yet, if there are none.</summary>
    public static NoticeAnswer Of(IReadOnlyList<byte[]> notices) => new(true, notices, "");
}
