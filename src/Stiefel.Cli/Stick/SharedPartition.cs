using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Stick;

/// <summary>
/// The client beside what others have on a mounted FAT partition: an EFI System partition, or a stick that is in use otherwise. Only a directory of
/// ours is written, and taken away again.
/// </summary>
/// <param name="directory">Where it is mounted.</param>
/// <param name="log">Told of each step.</param>
internal sealed class SharedPartition(string directory, StepLog log)
{
    private const string New = ".NEW";
    private static readonly string[] s_fat = ["msdos", "vfat", "fat", "exfat"];
    private static readonly StickPaths s_paths = StickPaths.SharedPartition;
    private static readonly string[] s_programs = [s_paths.FirstProgram, "GRUBX64.EFI", "MMX64.EFI", "GRUB.CFG"];

    // Taken away in this order: what starts the others first.
    private static readonly string[] s_ours =
        [.. s_programs.Select(s_paths.Program), s_paths.Kernel, s_paths.Initrd, s_paths.Key, s_paths.Manifest];

    private string Own => Path.Combine(directory, s_paths.Directory);

    /// <summary>Looks whether it can be done; nothing is changed.</summary>
    /// <exception cref="RefusedException">It would harm, or start nothing.</exception>
    public void Check(bool force)
    {
        if (!Directory.Exists(directory))
        {
            throw new UsageException($"--into-esp {directory}: there is no such directory; mount the partition first");
        }

        if (!force && !s_fat.Contains(new DriveInfo(directory).DriveFormat))
        {
            throw new RefusedException($"--into-esp {directory}: this is a {new DriveInfo(directory).DriveFormat} file system, and firmware starts from FAT only; mount the EFI System partition, or say --force if this is one");
        }

        if (Directory.Exists(Own) && Foreign() is { } foreign)
        {
            throw new RefusedException($"{Own} is there already, and {foreign} in it is not ours: move it away");
        }
    }

    /// <summary>Writes the files, each beside the one of before; when all are there they take their places, what starts the others last.</summary>
    /// <exception cref="FailedException">There is no room, or one cannot be written; what was there before still starts.</exception>
    public void Write(StickContent content)
    {
        using var work = new PrivateDirectory(Path.GetTempPath());
        var files = new StickFiles(content, BootPrograms.Find(), s_paths, work.Path).Prepare();
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
                throw new FailedException($"{Own}: {error.Message}; what was there before is as it was", error);
            }
        }
    }

    /// <summary>Takes away what was written, and the directory if nothing else is in it.</summary>
    /// <returns>False if there was nothing.</returns>
    public bool Undo()
    {
        if (!Directory.Exists(Own))
        {
            return false;
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

    private string? Foreign() => Directory.EnumerateFileSystemEntries(Own).Select(Path.GetFileName)
        .FirstOrDefault(name => !s_ours.Any(ours => string.Equals(Path.GetFileName(ours), name!.Replace(New, "", StringComparison.OrdinalIgnoreCase), StringComparison.OrdinalIgnoreCase)));

    private void CheckRoom(long needed)
    {
        // The files of before stay until the new ones are whole.
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < needed)
        {
            throw new FailedException($"{directory} has {DataSize.Megabytes(free)} free, and {DataSize.Megabytes(needed)} are needed");
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
