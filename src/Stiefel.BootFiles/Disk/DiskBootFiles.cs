using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk.Volumes;

namespace Stiefel.BootFiles.Disk;

/// <summary>Boot files on mounts, and perhaps in opened volumes; disposal unmounts and closes them.</summary>
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

    /// <summary>The devices opened with the passphrase, and the tools that can test another passphrase; null if none was opened.</summary>
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
    /// <exception cref="IOException">Something still reads from the disk, which must not be granted then. Dispose again later.</exception>
    public async ValueTask DisposeAsync()
    {
        await mounts.DisposeAsync();
        await volumes.DisposeAsync();
    }
}
