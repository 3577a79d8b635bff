using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.Steps;

/// <summary>
/// Keeps the results of steps, one directory each, named by the hash of the step's inputs. A directory appears only when its step is complete (rename),
/// so an interrupted build leaves no partial result. Only one build at a time uses a cache; others wait.
/// </summary>
internal sealed class StepCache : IDisposable
{
    /// <summary>How many results are kept for each step, so that switching between a few configurations stays quick.</summary>
    private const int KeptPerStep = 4;

    private readonly string _directory;
    private readonly StepLog _log;
    private readonly FileStream _lock;

    private StepCache(string directory, StepLog log, FileStream fileLock)
    {
        _directory = directory;
        _log = log;
        _lock = fileLock;
    }

    public static async Task<StepCache> OpenAsync(string directory, StepLog log, CancellationToken token)
    {
        var steps = Path.Combine(directory, "steps");
        Directory.CreateDirectory(steps);
        var told = false;
        while (true)
        {
            try
            {
                // .NET implements FileShare.None with flock(2), which ends with the process.
                var fileLock = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                var cache = new StepCache(steps, log, fileLock);
                cache.RemoveUnfinished();
                return cache;
            }
            catch (IOException) when (File.Exists(Path.Combine(directory, "lock")))
            {
                if (!told)
                {
                    log.Note($"another build is using {directory}; waiting for it");
                    told = true;
                }

                await Task.Delay(300, token);
            }
        }
    }

    /// <summary>Returns the directory with the step's result: an earlier one if the inputs are equal, otherwise a new one.</summary>
    /// <param name="key">The step and all its inputs.</param>
    /// <param name="what">The step's description, for the log.</param>
    /// <param name="makeAsync">Fills an empty directory.</param>
    /// <param name="token">Cancels the step, which then leaves nothing behind.</param>
    public async Task<string> GetAsync(StepKey key, string what, Func<string, CancellationToken, Task> makeAsync, CancellationToken token)
    {
        var directory = Path.Combine(_directory, key.ToString());
        using var step = _log.Begin(what);
        if (Directory.Exists(directory))
        {
            _log.Note($"nothing changed, reused from {Directory.GetCreationTime(directory):yyyy-MM-dd HH:mm}");
            Directory.SetLastAccessTimeUtc(directory, DateTime.UtcNow);
            return directory;
        }

        var unfinished = directory + ".new";
        Directory.CreateDirectory(unfinished);
        try
        {
            await makeAsync(unfinished, token);
            Directory.Move(unfinished, directory);
        }
        catch (Exception error) when (error is IOException and not FileNotFoundException && error.Message.Contains("No space left", StringComparison.Ordinal))
        {
            throw new FailedException($"{_directory}: no space left; free some, or set paths.cache to another disk", error);
        }
        finally
        {
            Delete(unfinished);
        }

        Prune(key.Name);
        return directory;
    }

    /// <summary>Deletes a result, so that the next <see cref="GetAsync"/> with this key makes it again.</summary>
    public void Forget(StepKey key) => Delete(Path.Combine(_directory, key.ToString()));

    public void Dispose() => _lock.Dispose();

    private void RemoveUnfinished()
    {
        foreach (var directory in Directory.GetDirectories(_directory, "*.new"))
        {
            Delete(directory);
        }
    }

    private void Prune(string name)
    {
        var old = new DirectoryInfo(_directory).GetDirectories(name + "-*").OrderByDescending(directory => directory.LastAccessTimeUtc).Skip(KeptPerStep);
        foreach (var directory in old)
        {
            Delete(directory.FullName);
        }
    }

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
