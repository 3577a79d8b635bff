using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Negotiation;

/// <summary>The result of looking up an export name. A client may give up on an unknown name, and should retry one that is temporarily unavailable.</summary>
/// <param name="IsKnown">True if there is an export of that name.</param>
/// <param name="Export">The export; null if it is temporarily unavailable or does not exist.</param>
public readonly record struct ExportLookup(bool IsKnown, NbdExport? Export)
{
    /// <summary>There is no such export; a retry will not help.</summary>
    public static ExportLookup Unknown => default;

    /// <summary>The export exists but cannot be opened at the moment.</summary>
    public static ExportLookup NotNow => new(true, null);

    /// <summary>The export was found.</summary>
    public static ExportLookup Of(NbdExport export) => new(true, export);
}
