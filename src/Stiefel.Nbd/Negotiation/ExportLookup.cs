using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Negotiation;

/// <summary>What a name stands for. A client may give up for good on a name that is unknown, and should ask again for one that cannot be had just now.</summary>
/// <param name="IsKnown">There is an export of that name.</param>
/// <param name="Export">The export; null if it cannot be had just now, or there is none.</param>
public readonly record struct ExportLookup(bool IsKnown, NbdExport? Export)
{
    /// <summary>There is no such export, and asking again will not help.</summary>
    public static ExportLookup Unknown => default;

    /// <summary>There is one, which cannot be opened at this moment.</summary>
    public static ExportLookup NotNow => new(true, null);

    /// <summary>There is one, and here it is.</summary>
    public static ExportLookup Of(NbdExport export) => new(true, export);
}
