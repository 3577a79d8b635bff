using Stiefel.Linux;
using Stiefel.Linux.FileSystems;

namespace Stiefel.Server.Boot.Disk;

/// <summary>
/// Boot files on the laptop's own disk. Its file systems are mounted read-only, without journal replay and with the devices
/// locked against writes; disposal of what <see cref="OpenAsync"/> gives takes every mount away, so that the disk can be granted.
/// </summary>
public sealed class DiskBootSource(DiskBootOptions options, ILogger<DiskBootSource> log) : IBootSource, IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private string? _mountDirectory;
    private int _searches;

    /// <inheritdoc/>
    /// <exception cref="LinuxException">The disk is in use, or a mount of an earlier process cannot be removed.</exception>
    public async ValueTask<IBootFiles> OpenAsync(CancellationToken token)
    {
        await _oneAtATime.WaitAsync(token);
        try
        {
            _mountDirectory ??= PrepareMountDirectory(options.MountDirectory, log);
            await using var search = new DiskSearch(options, $"{_mountDirectory}/{++_searches}", log);
            return await search.RunAsync(token);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>Before anything else happens to the disk: mounts that are there then are those of a process that died.</summary>
    /// <returns>The directory as the kernel's mount table knows it, whatever links lead to it.</returns>
    internal static string PrepareMountDirectory(string directory, ILogger log)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var tree = new ConfinedTree(directory);
        foreach (MountEntry stale in Mount.RemoveStale(tree.Root))
        {
            DiskBootLog.StaleMountRemoved(log, stale.Directory, stale.Source);
        }

        return tree.Root;
    }
}
