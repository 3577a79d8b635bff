using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Stick;

/// <summary>
/// Adds the client to a mounted FAT partition that is used for other things as well: an EFI System partition or a stick. Only a directory of Stiefel's own
/// is written, and removed by undo. On a Ventoy stick, a few lines are added to Ventoy's menu besides.
/// </summary>
/// <param name="directory">The partition's mount point.</param>
/// <param name="log">Shows each step.</param>
/// <param name="isVentoy">True if Ventoy starts the client, rather than the firmware.</param>
internal sealed class SharedPartition(string directory, StepLog log, bool isVentoy = false)
{
    private const string New = ".NEW";
    private static readonly string[] s_fat = ["msdos", "vfat", "fat", "exfat"];
    private static readonly StickPaths s_paths = StickPaths.SharedPartition;
    private static readonly string[] s_programs = [s_paths.FirstProgram, "GRUBX64.EFI", "MMX64.EFI", "GRUB.CFG"];

    // Removed in this order: first the programs that start the others.
    private static readonly string[] s_ours =
        [.. s_programs.Select(s_paths.Program), s_paths.Kernel, s_paths.Initrd, s_paths.Key, s_paths.Manifest];

    private readonly VentoyMenu _ventoy = new(directory, s_paths.Program("GRUB.CFG"));

    private string Own => Path.Combine(directory, s_paths.Directory);

    /// <summary>Checks whether the client can be added; changes nothing.</summary>
    /// <exception cref="RefusedException">Adding it would do harm, or it would not start.</exception>
    public void Check(bool force)
    {
        if (!Directory.Exists(directory))
        {
            throw new UsageException($"--into-esp {directory}: there is no such directory; mount the partition first");
        }

        // Ventoy's own file systems are exFAT, NTFS and others, which its loader reads.
        if (!force && !isVentoy && !s_fat.Contains(new DriveInfo(directory).DriveFormat))
        {
            throw new RefusedException($"--into-esp {directory}: this is a {new DriveInfo(directory).DriveFormat} file system, but firmware starts from FAT only; mount the EFI System partition, or use --force if this is one");
        }

        if (Directory.Exists(Own) && Foreign() is { } foreign)
        {
            throw new RefusedException($"{Own} exists already, and {foreign} in it is not Stiefel's: move it elsewhere");
        }
    }

    /// <summary>Writes all files beside the existing ones, then moves them into place; those that start the others are moved last.</summary>
    /// <exception cref="FailedException">There is no room, or a file cannot be written; what was there before still starts.</exception>
    public void Write(StickContent content)
    {
        using var work = new PrivateDirectory(Path.GetTempPath());
        var stick = new StickFiles(content, s_paths, work.Path);
        var files = isVentoy ? stick.PrepareForVentoy() : stick.Prepare(BootPrograms.Find());
        CheckRoom(files.Sum(file => new FileInfo(file.Source).Length));
        using (log.Begin($"write {Own}"))
        {
            try
            {
                Directory.CreateDirectory(Own);
                foreach (var file in files)
                {
                    CopyDurably(file.Source, Path.Combine(directory, file.Path) + New);
                }

                foreach (var file in files)
                {
                    File.Move(Path.Combine(directory, file.Path) + New, Path.Combine(directory, file.Path), overwrite: true);
                }

                DirectorySync.Flush(Own);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                RemoveUnfinished();
                throw new FailedException($"{Own}: {error.Message}; what was there before is unchanged", error);
            }
        }

        if (isVentoy)
        {
            AddToMenu();
        }
    }

    /// <summary>Removes the files that were written, and the directory if nothing else is in it.</summary>
    /// <returns>False if there was nothing to remove.</returns>
    public bool Undo()
    {
        // The menu goes first: it leads to the others.
        var isGone = _ventoy.Remove();
        if (!Directory.Exists(Own))
        {
            return isGone;
        }

        RemoveUnfinished();
        foreach (var file in s_ours)
        {
            File.Delete(Path.Combine(directory, file));
        }

        if (!Directory.EnumerateFileSystemEntries(Own).Any())
        {
            Directory.Delete(Own);
        }

        return true;
    }

    private void AddToMenu()
    {
        try
        {
            _ventoy.Add();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{_ventoy.File}: {error.Message}; it is unchanged, so that Ventoy does not show the files in {Own}", error);
        }
    }

    private string? Foreign() => Directory.EnumerateFileSystemEntries(Own).Select(Path.GetFileName)
        .FirstOrDefault(name => !s_ours.Any(ours => string.Equals(Path.GetFileName(ours), name!.Replace(New, "", StringComparison.OrdinalIgnoreCase), StringComparison.OrdinalIgnoreCase)));

    private void CheckRoom(long needed)
    {
        // Count no space as freed: the previous files stay until the new ones are complete.
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < needed)
        {
            throw new FailedException($"{directory} has {DataSize.Megabytes(free)} free, but {DataSize.Megabytes(needed)} are needed: make room there");
        }
    }

    private static void CopyDurably(string source, string target)
    {
        using var input = File.OpenRead(source);
        using var output = new FileStream(target, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        input.CopyTo(output);
        output.Flush(flushToDisk: true);
    }

    private void RemoveUnfinished()
    {
        foreach (var file in s_ours.Select(file => Path.Combine(directory, file) + New).Where(File.Exists))
        {
            File.Delete(file);
        }
    }
}
