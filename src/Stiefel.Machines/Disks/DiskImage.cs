using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>Looks into a disk image that no machine uses now, without mounting or changing it.</summary>
public sealed class DiskImage
{
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(120) };

    public DiskImage(string path) => Path = path;

    /// <summary>The image file.</summary>
    public string Path { get; }

    /// <summary>Its partitions.</summary>
    public async Task<IReadOnlyList<Partition>> PartitionsAsync(CancellationToken token)
        => Partition.Parse((await ExternalProgram.RunAsync("sfdisk", ["--json", Path], s_options, token)).Text);

    /// <summary>A file of an ext2/3/4 partition, as text; empty if there is none.</summary>
    public async Task<string> ReadFileAsync(int partition, string path, CancellationToken token)
        => (await ExternalProgram.RunAsync("debugfs", ["-R", $"cat {path}", await LocateAsync(partition, token)], s_options, token)).Text;

    /// <summary>Names in a directory of an ext2/3/4 partition.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(int partition, string path, CancellationToken token)
    {
        // One line each: /inode/mode/uid/gid/name/size/
        var text = (await ExternalProgram.RunAsync("debugfs", ["-R", $"ls -p {path}", await LocateAsync(partition, token)], s_options, token)).Text;
        return [.. text.Split('\n').Select(line => line.Split('/')).Where(parts => parts.Length > 5).Select(parts => parts[5])];
    }

    /// <summary>Copies a file of an ext2/3/4 partition.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public async Task ExtractAsync(int partition, string path, string target, CancellationToken token)
    {
        // debugfs succeeds whatever happens.
        await ExternalProgram.RunAsync("debugfs", ["-R", $"dump {path} {target}", await LocateAsync(partition, token)], s_options, token);
        if (!File.Exists(target) || new FileInfo(target).Length == 0)
        {
            throw new FileNotFoundException($"partition {partition} of {Path} has no file {path}");
        }
    }

    /// <summary>Checks an ext2/3/4 partition; null if it is clean, otherwise what e2fsck said.</summary>
    public async Task<string?> CheckAsync(int partition, CancellationToken token)
    {
        // 4: errors left uncorrected, man 8 e2fsck.
        var options = s_options with { AcceptedExitCodes = [1, 2, 4] };
        var output = await ExternalProgram.RunAsync("e2fsck", ["-f", "-n", await LocateAsync(partition, token)], options, token);
        return output.ExitCode == 0 && !output.Text.Contains("recover", StringComparison.OrdinalIgnoreCase) ? null : output.Text + output.ErrorText;
    }

    /// <summary>Replays the journal of an ext3/4 partition and mends nothing else, as the next mount would. Needs a loop device.</summary>
    /// <exception cref="ExternalProgramException">It cannot be replayed.</exception>
    public async Task ReplayJournalAsync(int partition, CancellationToken token)
    {
        // Not inside the file: e2fsck opens it once more after that, from the beginning.
        var place = (await PartitionsAsync(token))[partition - 1];
        var loop = (await ExternalProgram.RunAsync(
            "losetup", ["--find", "--show", "--offset", $"{place.Offset}", "--sizelimit", $"{place.Length}", Path], s_options, token)).Text.Trim();
        try
        {
            // 1: something was changed, man 8 e2fsck.
            await ExternalProgram.RunAsync("e2fsck", ["-y", "-E", "journal_only", loop], s_options with { AcceptedExitCodes = [1] }, token);
        }
        finally
        {
            await ExternalProgram.RunAsync("losetup", ["--detach", loop], s_options, CancellationToken.None);
        }
    }

    // e2fsprogs reads a file system inside a file at this offset.
    private async Task<string> LocateAsync(int partition, CancellationToken token)
    {
        var partitions = await PartitionsAsync(token);
        return partition >= 1 && partition <= partitions.Count
            ? $"{Path}?offset={partitions[partition - 1].Offset}"
            : throw new ArgumentOutOfRangeException(nameof(partition), partition, $"{Path} has {partitions.Count} partitions");
    }
}
