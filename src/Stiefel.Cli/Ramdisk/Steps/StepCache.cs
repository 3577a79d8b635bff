using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.Steps;

/// <summary>
/// Finished steps, one folder each, named by the hash of their inputs. A folder appears only when its step is done (rename),
/// so an interrupted build leaves nothing half made. One build works in a cache at a time; another waits.
/// </summary>
internal sealed class StepCache : IDisposable
{
    /// <summary>Of each step, this many results are kept; switching back and forth between two configurations stays quick.</summary>
    private const int KeptPerStep = 4;

    private readonly string _folder;
    private readonly StepLog _log;
    private readonly FileStream _lock;

    private StepCache(string folder, StepLog log, FileStream fileLock)
    {
        _folder = folder;
        _log = log;
        _lock = fileLock;
    }

    public static async Task<StepCache> OpenAsync(string folder, StepLog log, CancellationToken token)
    {
        string steps = Path.Combine(folder, "steps");
        Directory.CreateDirectory(steps);
        bool told = false;
        while (true)
        {
            try
            {
                // .NET holds FileShare.None by flock(2), which ends with the process.
                var fileLock = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                var cache = new StepCache(steps, log, fileLock);
                cache.RemoveUnfinished();
                return cache;
            }
            catch (IOException) when (File.Exists(Path.Combine(folder, "lock")))
            {
                if (!told)
                {
                    log.Note($"another build works in {folder}, waiting for it");
                    told = true;
                }

                await Task.Delay(300, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The folder with the step's result: an earlier one if the inputs are equal, otherwise made now.</summary>
    /// <param name="key">All inputs.</param>
    /// <param name="what">For the log.</param>
    /// <param name="makeAsync">Fills an empty folder.</param>
    /// <param name="token">Stops the step; nothing of it stays.</param>
    public async Task<string> GetAsync(StepKey key, string what, Func<string, CancellationToken, Task> makeAsync, CancellationToken token)
    {
        string folder = Path.Combine(_folder, key.ToString());
        using var step = _log.Begin(what);
        if (Directory.Exists(folder))
        {
            _log.Note($"nothing changed, reused from {Directory.GetCreationTime(folder):yyyy-MM-dd HH:mm}");
            Directory.SetLastAccessTimeUtc(folder, DateTime.UtcNow);
            return folder;
        }

        string unfinished = folder + ".new";
        Directory.CreateDirectory(unfinished);
        try
        {
            await makeAsync(unfinished, token).ConfigureAwait(false);
            Directory.Move(unfinished, folder);
        }
        catch (Exception error) when (error is IOException and not FileNotFoundException && error.Message.Contains("No space left", StringComparison.Ordinal))
        {
            throw new FailedException($"{_folder}: no space left; free some, or set paths.cache to another disk", error);
        }
        finally
        {
            Delete(unfinished);
        }

        Prune(key.Name);
        return folder;
    }

    /// <summary>Makes the next <see cref="GetAsync"/> with this key do its work again.</summary>
    public void Forget(StepKey key) => Delete(Path.Combine(_folder, key.ToString()));

    public void Dispose() => _lock.Dispose();

    private void RemoveUnfinished()
    {
        foreach (string folder in Directory.GetDirectories(_folder, "*.new"))
        {
            Delete(folder);
        }
    }

    private void Prune(string name)
    {
        var old = new DirectoryInfo(_folder).GetDirectories(name + "-*").OrderByDescending(folder => folder.LastAccessTimeUtc).Skip(KeptPerStep);
        foreach (DirectoryInfo folder in old)
        {
            Delete(folder.FullName);
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
