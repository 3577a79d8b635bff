using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>
/// Boot files on the laptop's own disk. Its file systems are mounted read-only, without journal replay and with the devices
/// locked against writes; LUKS, LVM and RAID around them are opened in the same way. Disposing of the result of <see cref="OpenAsync"/>
/// undoes all of this, so that the disk can be granted.
/// </summary>
public sealed class DiskBootSource(DiskBootOptions options, IVolumeTools tools, ILogger<DiskBootSource> log) : IBootSource, IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private string? _mountDirectory;
    private int _searches;

    /// <inheritdoc/>
    /// <exception cref="LinuxException">The disk is in use, or a mount of an earlier process cannot be removed.</exception>
    public ValueTask<IBootFiles> OpenAsync(CancellationToken token) => SearchAsync(null, token);

    /// <inheritdoc/>
    /// <exception cref="LinuxException">The disk is in use, or a mount of an earlier process cannot be removed.</exception>
    public ValueTask<IBootFiles> UnlockAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token) => SearchAsync(passphrase, token);

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>Removes the mounts and mappings that an earlier process left when it died. Call this before anything else uses the disk.</summary>
    /// <returns>The directory's real path, as it appears in the kernel's mount table.</returns>
    public static async Task<string> PrepareMountDirectoryAsync(string directory, IVolumeTools tools, ILogger log)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var tree = new ConfinedTree(directory);
        foreach (var stale in Mount.RemoveStale(tree.Root))
        {
            DiskBootLog.StaleMountRemoved(log, stale.Directory, stale.Source);
        }

        await OpenedVolumes.CloseLeftoversAsync(tools, VolumePrefix(tree.Root), log);
        return tree.Root;
    }

    /// <summary>The prefix of this server's volume names, distinct for each mount directory: servers on one machine must not close each other's volumes.</summary>
    internal static string VolumePrefix(string mountDirectory) => $"stiefel-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mountDirectory)).AsSpan(0, 4))}-";

    private async ValueTask<IBootFiles> SearchAsync(ReadOnlyMemory<byte>? passphrase, CancellationToken token)
    {
        await _oneAtATime.WaitAsync(token);
        try
        {
            _mountDirectory ??= await PrepareMountDirectoryAsync(options.MountDirectory, tools, log);
            _searches++;
            await using var search = new DiskSearch(options, tools, $"{_mountDirectory}/{_searches}", $"{VolumePrefix(_mountDirectory)}{_searches:D4}", log);
            return await search.RunAsync(passphrase, token);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
