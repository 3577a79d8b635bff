namespace Stiefel.BootFiles.Catalog;

/// <summary>Facts that <see cref="BootCatalog"/> cannot learn from the directory itself.</summary>
public sealed record BootCatalogOptions
{
    /// <summary>
    /// The top of the file system, if the directory lies deeper in it. Boot loaders write paths from the top, and no path or
    /// symbolic link leaves it. Null: the directory is the top.
    /// </summary>
    public string? FileSystemRoot { get; init; }
}
