using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>Reads a disk image without mounting or changing it. No machine may use the image meanwhile.</summary>
public sealed class DiskImage
{
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(120) };

    public DiskImage(string path) => Path = path;

    /// <summary>The image file.</summary>
    public string Path { get; }

    /// <summary>Its partitions.</summary>
    public async Task<IReadOnlyList<Partition>> PartitionsAsync(CancellationToken token)
        => Partition.Parse((await ExternalProgram.RunAsync("sfdisk", ["--json", Path], s_options, token)).Text);

    /// <summary>Reads a file of an ext2/3/4 partition as text; empty if there is none.</summary>
    public async Task<string> ReadFileAsync(int partition, string path, CancellationToken token)
        => (await ExternalProgram.RunAsync("debugfs", ["-R", $"cat {path}", await LocateAsync(partition, token)], s_options, token)).Text;

    /// <summary>Lists the names in a directory of an ext2/3/4 partition.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(int partition, string path, CancellationToken token)
    {
        // Each line has the form /inode/mode/uid/gid/name/size/
        var text = (await ExternalProgram.RunAsync("debugfs", ["-R", $"ls -p {path}", await LocateAsync(partition, token)], s_options, token)).Text;
        return [.. text.Split('\n').Select(line => line.Split('/')).Where(parts => parts.Length > 5).Select(parts => parts[5])];
    }

    /// <summary>Copies a file of an ext2/3/4 partition.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task ExtractAsync(int partition, string path, string target, CancellationToken token)
    {
        // debugfs exits with 0 even if it fails, so check the result.
        await ExternalProgram.RunAsync("debugfs", ["-R", $"dump {path} {target}", await LocateAsync(partition, token)], s_options, token);
        if (!File.Exists(target) || new FileInfo(target).Length == 0)
        {
            throw new FileNotFoundException($"partition {partition} of {Path} has no file {path}");
        }
    }

    /// <summary>Checks an ext2/3/4 partition; returns null if it is clean, otherwise e2fsck's output.</summary>
    public async Task<string?> CheckAsync(int partition, CancellationToken token)
    {
        // Exit code 4 means that errors are left uncorrected (man 8 e2fsck).
        var options = s_options with { AcceptedExitCodes = [1, 2, 4] };
        var output = await ExternalProgram.RunAsync("e2fsck", ["-f", "-n", await LocateAsync(partition, token)], options, token);
        return output.ExitCode == 0 && !output.Text.Contains("recover", StringComparison.OrdinalIgnoreCase) ? null : output.Text + output.ErrorText;
    }

    /// <summary>Replays the journal of an ext3/4 partition, as the next mount would, and repairs nothing else. Needs a loop device.</summary>
    /// <exception cref="ExternalProgramException">The journal cannot be replayed.</exception>
    public Task ReplayJournalAsync(int partition, CancellationToken token) =>
        // Use a loop device instead of an offset in the file: e2fsck reopens the file after the replay, without the offset.
        // Exit code 1 means that something was changed (man 8 e2fsck).
        UseAsync(partition, loop => ExternalProgram.RunAsync("e2fsck", ["-y", "-E", "journal_only", loop], s_options with { AcceptedExitCodes = [1] }, token), token);

    /// <summary>Uses a partition as a loop device, which can be written. Needs root.</summary>
    /// <param name="partition">The partition's number.</param>
    /// <param name="useAsync">Receives the device's path.</param>
    /// <param name="token">Cancels the work.</param>
    public async Task UseAsync(int partition, Func<string, Task> useAsync, CancellationToken token)
    {
        var place = (await PartitionsAsync(token))[partition - 1];
        var loop = (await ExternalProgram.RunAsync(
            "losetup", ["--find", "--show", "--offset", $"{place.Offset}", "--sizelimit", $"{place.Length}", Path], s_options, token)).Text.Trim();
        try
        {
            await useAsync(loop);
        }
        finally
        {
            await ExternalProgram.RunAsync("losetup", ["--detach", loop], s_options, CancellationToken.None);
        }
    }

    // The notation of e2fsprogs for a file system at an offset in a file.
    private async Task<string> LocateAsync(int partition, CancellationToken token)
    {
        var partitions = await PartitionsAsync(token);
        return partition >= 1 && partition <= partitions.Count
            ? $"{Path}?offset={partitions[partition - 1].Offset}"
            : throw new ArgumentOutOfRangeException(nameof(partition), partition, $"{Path} has {partitions.Count} partitions");
    }
}
