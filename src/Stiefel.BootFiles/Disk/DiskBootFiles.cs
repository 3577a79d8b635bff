using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk.Volumes;

namespace Stiefel.BootFiles.Disk;

/// <summary>Boot files on mounts, and perhaps in opened volumes, that disposal takes away.</summary>
internal sealed class DiskBootFiles(BootMenu menu, (string? Directory, string? Missing) modules, DiskMounts mounts, OpenedVolumes volumes) : IBootFiles
{
    /// <inheritdoc/>
    public BootMenu Menu => menu;

    /// <inheritdoc/>
    public string? ModulesDirectory => modules.Directory;

    /// <inheritdoc/>
    public string? ModulesMissing => modules.Missing;

    /// <inheritdoc/>
    public LockedVolume? Locked { get; init; }

    /// <summary>The devices that were opened with the passphrase, and what tries another.</summary>
    public (IReadOnlyList<string> Devices, IVolumeTools Tools)? Opened { get; init; }

    /// <inheritdoc/>
    public async Task<bool> IsPassphraseAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token)
    {
        foreach (var device in Opened?.Devices ?? [])
        {
            if (await Opened!.Value.Tools.TestLuksAsync(device, passphrase, token))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">Something still reads from the disk: it must not be granted. Dispose again later.</exception>
    public async ValueTask DisposeAsync()
    {
        await mounts.DisposeAsync();
        await volumes.DisposeAsync();
    }
}
