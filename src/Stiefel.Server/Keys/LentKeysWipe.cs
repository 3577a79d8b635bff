using Stiefel.BootFiles.Disk;
using Stiefel.Keys;
using Stiefel.Linux.Mounts;
using Stiefel.Server.Configuration;
using Stiefel.Server.State;

namespace Stiefel.Server.Keys;

/// <summary>
/// Wipes the keys that the laptop's own system lent to this ramdisk where firmware or boot loader read them, before any desktop can be granted the disk.
/// A ramdisk that cannot wipe them says so and serves: the laptop is needed, and the keys lie there no worse than before. Its own system wipes them when it starts.
/// </summary>
/// <param name="options">The settings.</param>
/// <param name="logger">Receives what was done.</param>
public sealed class LentKeysWipe(ServerOptions options, ILogger<LentKeysWipe> logger)
{
    private const int Tries = 20;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Wipes them, if any were lent. Tries once for each start of the ramdisk: later a desktop may have the disk.</summary>
    /// <param name="whyNotFree">Says what uses the disk, or that its system sleeps on it; null if nothing does.</param>
    /// <param name="token">Cancels the wait for the partition.</param>
    public async Task RunAsync(Func<string?> whyNotFree, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(whyNotFree);
        var note = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.KeysDirectory))!, Path.GetFileName(EntryKeysPlace.NotePath));
        if (File.Exists(note))
        {
            await WipeAsync(note, whyNotFree, token);
        }
        else if (KeyFiles.List(options.KeysDirectory) is [EntryKeys.Name])
        {
            logger.OnlyMenuKey(EntryKeys.Name);
        }
    }

    private async Task WipeAsync(string note, Func<string?> whyNotFree, CancellationToken token)
    {
        var file = note;
        try
        {
            var place = EntryKeysPlace.Read(note);
            file = place.File;
            var device = await FindAsync(place.Partition, token);
            if (whyNotFree() is { } reason)
            {
                logger.LentKeysLeft(file, reason);
                return;
            }

            var directory = Path.Combine(StateDirectory.MountDirectoryOf(options), "lent-keys");
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            WritableMount.Use(device, directory, place.Type, () => EntryKeys.Overwrite(directory + file, EntryKeys.OfMenu(options.KeysDirectory)));
            logger.LentKeysWiped(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            logger.LentKeysLeft(file, e.Message);
        }
        finally
        {
            File.Delete(note);
        }
    }

    // Disks appear while drivers are loaded.
    private static async Task<string> FindAsync(string partition, CancellationToken token)
    {
        for (var left = Tries; ; left--)
        {
            try
            {
                return await DiskName.ResolveAsync(partition, token);
            }
            catch (IOException) when (left > 1)
            {
                await Task.Delay(s_pause, token);
            }
        }
    }
}
