using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Grants;

/// <summary>What somebody gets who names a capability to the block server. All are called on connections' threads.</summary>
/// <param name="Open">The export, or why there is none.</param>
/// <param name="Hear">How its desktop's goodbye is heard.</param>
public sealed record ExportAccess(Func<ExportLookup> Open, Func<Goodbye, GoodbyeAnswer> Hear)
{
    /// <summary>How its desktop's question for notices is answered.</summary>
    public Func<NoticeQuestion, NoticeAnswer> Ask { get; init; } = _ => NoticeAnswer.Refused("the disk changes hands just now: ask again");

    /// <summary>Known, and of no use just now.</summary>
    public static ExportAccess Barred { get; } = new(() => ExportLookup.NotNow, _ => GoodbyeAnswer.NotNow("the disk changes hands just now: ask again"));
}
