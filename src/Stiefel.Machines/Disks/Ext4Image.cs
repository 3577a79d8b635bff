using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>Makes ext4 file systems with content, without mounting anything.</summary>
public static class Ext4Image
{
    private const long Block = 4096;

    // Do not follow links: those of a system, such as /var/run, would lead into this machine's own directories.
    private static readonly EnumerationOptions s_inside = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    /// <summary>Makes a file system in a partition of a disk image, with a directory's content, owners and modes.</summary>
    public static Task FillAsync(string image, Partition partition, string uuid, string directory, CancellationToken token)
        => MakeAsync(image, ["-U", uuid, "-E", $"offset={partition.Offset},lazy_itable_init=1"], directory, partition.Length, token);

    /// <summary>Makes a whole disk without partitions, just large enough for its content.</summary>
    public static async Task CreateAsync(string image, string directory, CancellationToken token)
    {
        var content = Directory.EnumerateFiles(directory, "*", s_inside).Sum(file => new FileInfo(file).Length);
        var length = (content * 5 / 4) + (32 * 1024 * 1024);
        await ExternalProgram.RunAsync("truncate", ["-s", $"{length / Block * Block}", image], s_options, token);
        await MakeAsync(image, [], directory, length, token);
    }

    private static Task<ExternalProgramOutput> MakeAsync(string image, string[] extra, string directory, long length, CancellationToken token)
        => ExternalProgram.RunAsync(
            "mke2fs", ["-q", "-F", "-t", "ext4", "-b", $"{Block}", .. extra, "-d", directory, image, $"{length / Block}"], s_options, token);
}
