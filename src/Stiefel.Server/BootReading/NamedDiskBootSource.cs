using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Server.Configuration;
using Stiefel.Server.State;

namespace Stiefel.Server.BootReading;

/// <summary>The boot files of a disk that is looked up by name when it is first needed, because a slow disk may appear after the server has started.</summary>
public sealed class NamedDiskBootSource(string name, ServerOptions options, IVolumeTools tools, ILogger<DiskBootSource> logger) : IBootSource, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private DiskBootSource? _source;

    /// <inheritdoc/>
    public async ValueTask<IBootFiles> OpenAsync(CancellationToken token) => await (await FindAsync(token)).OpenAsync(token);

    /// <inheritdoc/>
    public async ValueTask<IBootFiles> UnlockAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token) => await (await FindAsync(token)).UnlockAsync(passphrase, token);

    /// <inheritdoc/>
    public void Dispose()
    {
        _source?.Dispose();
        _turn.Dispose();
    }

    private async Task<DiskBootSource> FindAsync(CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            return _source ??= new DiskBootSource(
                new DiskBootOptions
                {
                    Disk = await DiskName.ResolveAsync(name, token),
                    Partition = options.Boot.Partition,
                    LuksPartition = options.Boot.LuksPartition,
                    Named = options.Boot.Load,
                    Booted = options.Boot.Booted,
                    MountDirectory = StateDirectory.MountDirectoryOf(options),
                },
                tools,
                logger);
        }
        catch (IOException e)
        {
            throw new BootCatalogException(e.Message, e);
        }
        finally
        {
            _turn.Release();
        }
    }
}
