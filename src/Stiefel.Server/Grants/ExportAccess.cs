using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Grants;

/// <summary>What somebody gets who names a capability to the block server. Both are called on connections' threads.</summary>
/// <param name="Open">The export, or why there is none.</param>
/// <param name="Hear">How its desktop's goodbye is heard.</param>
public sealed record ExportAccess(Func<ExportLookup> Open, Func<Goodbye, GoodbyeAnswer> Hear)
{
    /// <summary>Known, and of no use just now.</summary>
    public static ExportAccess Barred { get; } = new(() => ExportLookup.NotNow, _ => GoodbyeAnswer.NotNow("the disk changes hands just now: ask again"));
}
