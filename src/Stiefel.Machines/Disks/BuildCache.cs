using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Machines.Disks;

/// <summary>Files that are expensive to make, each named by a hash of what it was made from, so that an old one is never taken for a new one.</summary>
public sealed class BuildCache
{
    // Disks and their trees take gigabytes; another checkout may still use what this one has replaced.
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

    /// <summary>Where the files are.</summary>
    public string DirectoryPath { get; }

    /// <summary>The directory NAME-HASH; made by <paramref name="makeAsync"/>, in a directory that takes its name only when it is complete.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="inputs">All that its content depends on.</param>
    /// <param name="makeAsync">Fills the directory given to it.</param>
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

    /// <summary>Removes what has the same name and was not used for long, and what runs that died have left unfinished.</summary>
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
            // Another run made the same at the same time; theirs is as good.
        }
    }
}
