using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Stick;

namespace Stiefel.Cli.Stick;

/// <summary>
/// Makes a disk image that starts the client from BIOS (syslinux) and from UEFI. It has one FAT32 partition, so that any file manager can read it and the
/// same bytes work everywhere. With a signed shim and GRUB it also starts under Secure Boot; otherwise UEFI starts a unified kernel image.
/// </summary>
/// <param name="content">The content of the stick.</param>
/// <param name="layout">The kind of partition table.</param>
/// <param name="log">Shows each step.</param>
internal sealed class StickImage(StickContent content, StickLayout layout, StepLog log)
{
    /// <summary>Checks before anything starts that all programs are installed.</summary>
    /// <exception cref="FailedException">A program is not installed.</exception>
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

    /// <summary>Writes the image, which appears complete or not at all. No other file with the key is left behind.</summary>
    public async Task WriteAsync(string target, CancellationToken token)
    {
        // Work beside the target, so that a rename moves the image there.
        using var work = new PrivateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        var fresh = Path.Combine(work.Path, "stick.img");
        await MakeAsync(fresh, null, work.Path, token);
        File.Move(fresh, target, overwrite: true);
        log.Note($"{target}: {DataSize.Binary(new FileInfo(target).Length)}");
    }

    /// <summary>Makes the image in a private directory.</summary>
    /// <param name="file">The image's path in that directory.</param>
    /// <param name="diskBytes">Size in bytes of the disk that the image is for; null for as small as possible. Only the beginning and the last mebibyte are written.</param>
    /// <param name="work">The private directory.</param>
    /// <param name="token">Cancels the work.</param>
    /// <returns>The number of bytes from the image's beginning to the end of its partition.</returns>
    /// <exception cref="RefusedException">The disk is too small.</exception>
    public async Task<long> MakeAsync(string file, long? diskBytes, string work, CancellationToken token)
    {
        var programs = BootPrograms.Find();
        var memory = StickMemory.Make();
        IReadOnlyList<StickFile> files;
        using (log.Begin("put the files together"))
        {
            var stick = new StickFiles(content with { Memory = memory }, StickPaths.OwnStick, work);
            files = [.. stick.PrepareForBios(programs), .. stick.Prepare(programs)];
        }

        using (log.Begin("make the file system"))
        {
            var sectors = FatPartition.SectorsFor(files.Sum(one => new FileInfo(one.Source).Length));
            var needed = PartitionTable.DiskBytes(layout, sectors);
            if (diskBytes < needed)
            {
                throw new RefusedException($"the stick holds {DataSize.Megabytes(diskBytes.Value)}, but {DataSize.Megabytes(needed)} are needed: use a larger one");
            }

            using (var disk = PrivateFile.Open(file))
            {
                disk.SetLength(diskBytes ?? needed);
            }

            var code = layout == StickLayout.Gpt ? programs.GptCode : programs.BiosCode;
            await PartitionTable.WriteAsync(layout, file, sectors, await File.ReadAllBytesAsync(code, token), token);
            WriteMemory(file, memory);
            await FillAsync(new FatPartition(file), sectors, files, token);
            return PartitionTable.DiskBytes(StickLayout.Mbr, sectors);
        }
    }

    private static void WriteMemory(string image, StickMemory memory)
    {
        using var disk = File.Open(image, FileMode.Open);
        disk.Position = StickMemory.Offset;
        disk.Write(memory.ToSector());
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

    // Every parent comes before its children.
    private static IEnumerable<string> DirectoriesOf(string path)
    {
        for (var end = path.IndexOf('/'); end > 0; end = path.IndexOf('/', end + 1))
        {
            yield return path[..end];
        }
    }
}
