namespace Stiefel.BootFiles.Catalog;

/// <summary>What <see cref="BootCatalog"/> cannot tell from the directory itself.</summary>
public sealed record BootCatalogOptions
{
    /// <summary>
    /// The top of the file system, if the directory lies deeper in it: boot loaders write paths from there, and no path or
    /// symbolic link leaves it. Null: the directory is the top.
    /// </summary>
    public string? FileSystemRoot { get; init; }
}
