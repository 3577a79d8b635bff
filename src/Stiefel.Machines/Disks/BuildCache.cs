using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Machines.Disks;

/// <summary>A cache of files that are expensive to make. Each is named by a hash of its inputs, so that an outdated one is never used.</summary>
public sealed class BuildCache
{
    // Remove old entries, since disks and trees take gigabytes, but not at once: another checkout may still use them.
    private static readonly TimeSpan s_keptUnused = TimeSpan.FromDays(14);

    /// <summary>Uses a directory, $XDG_CACHE_HOME/stiefel or ~/.cache/stiefel by default.</summary>
    public BuildCache(string? directory = null)
    {
        var home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        DirectoryPath = directory ?? Path.Combine(home, "stiefel");
        Directory.CreateDirectory(DirectoryPath);
    }

    /// <summary>The cache's directory.</summary>
    public string DirectoryPath { get; }

    /// <summary>Returns the directory NAME-HASH. If it is missing, it is made in a temporary directory, which is renamed when complete.</summary>
    /// <param name="name">The kind of content.</param>
    /// <param name="inputs">Everything that the content depends on.</param>
    /// <param name="makeAsync">Fills the directory at the given path.</param>
    public async Task<string> GetAsync(string name, IEnumerable<string> inputs, Func<string, Task> makeAsync)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', inputs)));
        var path = Path.Combine(DirectoryPath, $"{name}-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}");
        if (Directory.Exists(path))
        {
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return path;
        }

        RemoveUnused(name);

        var unfinished = $"{path}.new-{Environment.ProcessId}";
        Directory.CreateDirectory(unfinished);
        try
        {
            await makeAsync(unfinished);
            MoveIntoPlace(unfinished, path);
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }

        return path;
    }

    /// <summary>Removes directories of the same name that have been unused for long, including unfinished ones that a killed run left behind.</summary>
    private void RemoveUnused(string name)
    {
        var oldest = DateTime.UtcNow - s_keptUnused;
        foreach (var entry in new DirectoryInfo(DirectoryPath).GetDirectories(name + "-*").Where(entry => entry.LastWriteTimeUtc < oldest))
        {
            entry.Delete(recursive: true);
        }
    }

    private static void MoveIntoPlace(string unfinished, string path)
    {
        try
        {
            Directory.Move(unfinished, path);
        }
        catch (IOException) when (Directory.Exists(path))
        {
            // Another run made the same directory meanwhile; use that one.
        }
    }
}
