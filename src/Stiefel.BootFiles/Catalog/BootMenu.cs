namespace Stiefel.BootFiles.Catalog;

/// <summary>All that a laptop has to boot: the answer of <see cref="BootCatalog"/>.</summary>
/// <param name="Entries">At least one; the first is what the laptop would boot unasked, the others follow in their loader's order.</param>
/// <param name="Report">How this result came about.</param>
public sealed record BootMenu(IReadOnlyList<BootSpec> Entries, BootReport Report)
{
    /// <summary>The entry that is booted unless a person chooses another.</summary>
    public BootSpec Default => Entries[0];
}
