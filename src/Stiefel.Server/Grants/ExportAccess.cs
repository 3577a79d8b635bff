using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Grants;

/// <summary>What the block server does when a client names a capability. Every delegate is called on a connection's thread.</summary>
/// <param name="Open">Opens the export, or says why it cannot.</param>
/// <param name="Hear">Handles the desktop's goodbye.</param>
public sealed record ExportAccess(Func<ExportLookup> Open, Func<Goodbye, GoodbyeAnswer> Hear)
{
    /// <summary>Answers the desktop's request for notices.</summary>
    public Func<NoticeQuestion, NoticeAnswer> Ask { get; init; } = _ => NoticeAnswer.Refused("the disk is changing hands: ask again");

    /// <summary>The access of a capability that is known but cannot be used at the moment.</summary>
    public static ExportAccess Barred { get; } = new(() => ExportLookup.NotNow, _ => GoodbyeAnswer.NotNow("the disk is changing hands: ask again"));
}
