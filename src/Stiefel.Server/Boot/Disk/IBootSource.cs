using Stiefel.Server.Boot.Catalog;

namespace Stiefel.Server.Boot.Disk;

/// <summary>Where the payload's boot files come from.</summary>
public interface IBootSource
{
    /// <summary>Finds them and makes them readable; what this opens stays open until the result is disposed.</summary>
    /// <exception cref="BootCatalogException">There are none; the message says what was looked for.</exception>
    ValueTask<IBootFiles> OpenAsync(CancellationToken token);
}
