namespace Stiefel.BootFiles.Catalog;

/// <summary>Something that was found and is not booted.</summary>
/// <param name="Source">The file, or the device, that it was found in.</param>
/// <param name="Entry">What a person would call the entry; empty if the whole source is meant.</param>
/// <param name="Reason">Why not, in words.</param>
public sealed record PassedOver(string Source, string Entry, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Entry.Length == 0 ? $"{Source}: {Reason}" : $"{Source}, entry \"{Entry}\": {Reason}";
}
