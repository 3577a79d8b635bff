using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Stick;

/// <summary>
/// A disk image that starts the client from BIOS (syslinux) and from UEFI, in one FAT32 partition, so that any file manager can look at it and the
/// same bytes work everywhere. With a signed shim and GRUB it starts under Secure Boot as well; else UEFI starts a unified kernel image.
/// </summary>
/// <param name="content">What goes onto it.</param>
/// <param name="layout">Its partition table.</param>
/// <param name="log">Told of each step.</param>
internal sealed class StickImage(StickContent content, StickLayout layout, StepLog log)
{
    /// <summary>Finds what is not installed before anything starts.</summary>
    /// <exception cref="FailedException">Something.</exception>
    public static void CheckTools(StickLayout layout)
    {
        BootPrograms.Find();
        foreach ((var program, var package) in (ReadOnlySpan<(string, string)>)[("mformat", "mtools"), ("mmd", "mtools"), ("mcopy", "mtools"), ("syslinux", "syslinux"), ("sfdisk", "fdisk")])
        {
            if ((program != "sfdisk" || layout == StickLayout.Gpt) && ExternalProgram.Find(program) is null)
            {
                throw new FailedException($"the program {program} is not installed; on Debian and Ubuntu: apt install {package}");
            }
        }
    }

    /// <summary>Writes the image; it appears complete or not at all, and nothing else that holds the key stays anywhere.</summary>
    public async Task WriteAsync(string target, CancellationToken token)
    {
        // Beside the target, so that the image moves there in one step.
        using var work = new PrivateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        var fresh = Path.Combine(work.Path, "stick.img");
        await MakeAsync(fresh, null, work.Path, token);
        File.Move(fresh, target, overwrite: true);
        log.Note($"{target}: {DataSize.Binary(new FileInfo(target).Length)}");
    }

    /// <summary>Makes the image in a private directory.</summary>
    /// <param name="file">Its path there.</param>
    /// <param name="diskBytes">Bytes of the disk that it is for; null: as few as it needs. Only its beginning and the last mebibyte are written.</param>
    /// <param name="work">The directory.</param>
    /// <param name="token">Ends it.</param>
    /// <returns>Bytes from its beginning to the end of its partition.</returns>
    /// <exception cref="RefusedException">That disk is too small.</exception>
    public async Task<long> MakeAsync(string file, long? diskBytes, string work, CancellationToken token)
    {
        var programs = BootPrograms.Find();
        IReadOnlyList<StickFile> files;
        using (log.Begin("put the files together"))
        {
            var stick = new StickFiles(content, programs, StickPaths.OwnStick, work);
            files = [.. stick.PrepareForBios(), .. stick.Prepare()];
        }

        using (log.Begin("make the file system"))
        {
            var sectors = FatPartition.SectorsFor(files.Sum(one => new FileInfo(one.Source).Length));
            var needed = PartitionTable.DiskBytes(layout, sectors);
            if (diskBytes < needed)
            {
                throw new RefusedException($"the stick holds {DataSize.Megabytes(diskBytes.Value)}, and {DataSize.Megabytes(needed)} are needed: take a larger one");
            }

            using (var disk = PrivateFile.Open(file))
            {
                disk.SetLength(diskBytes ?? needed);
            }

            var code = layout == StickLayout.Gpt ? programs.GptCode : programs.BiosCode;
            await PartitionTable.WriteAsync(layout, file, sectors, await File.ReadAllBytesAsync(code, token), token);
            await FillAsync(new FatPartition(file), sectors, files, token);
            return PartitionTable.DiskBytes(StickLayout.Mbr, sectors);
        }
    }

    private static async Task FillAsync(FatPartition partition, uint sectors, IReadOnlyList<StickFile> files, CancellationToken token)
    {
        await partition.FormatAsync(sectors, token);
        await partition.InstallSyslinuxAsync(token);
        await partition.MakeDirectoriesAsync([.. files.SelectMany(file => DirectoriesOf(file.Path)).Distinct(StringComparer.Ordinal)], token);
        foreach (var file in files)
        {
            await partition.CopyAsync(file.Source, file.Path, token);
        }
    }

    // Each after the one that it lies in.
    private static IEnumerable<string> DirectoriesOf(string path)
    {
        for (var end = path.IndexOf('/'); end > 0; end = path.IndexOf('/', end + 1))
        {
            yield return path[..end];
        }
    }
}
