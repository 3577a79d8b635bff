namespace Stiefel.BootFiles.Catalog;

/// <summary>Something that was found but is not booted.</summary>
/// <param name="Source">The file or device in which it was found.</param>
/// <param name="Entry">The entry's name for people; empty if the whole source is passed over.</param>
/// <param name="Reason">Why it is not booted.</param>
public sealed record PassedOver(string Source, string Entry, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Entry.Length == 0 ? $"{Source}: {Reason}" : $"{Source}, entry \"{Entry}\": {Reason}";
}
