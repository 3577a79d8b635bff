using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Stick;

/// <summary>The FAT32 file system inside an image file, made and filled by mtools: without root, without mounting.</summary>
internal sealed class FatPartition(string image)
{
    // With fewer clusters, every reader takes the file system for FAT16 (Microsoft "FAT: General Overview", count of clusters).
    private const uint LeastClusters = 65_525 + 16;
    private const string Label = "STIEFEL";
    private const int BackupBootSector = 6;
    private const int Start = MasterBootRecord.PartitionStart * MasterBootRecord.SectorSize;

    private static readonly ExternalProgramOptions s_options = new()
    {
        Environment = new Dictionary<string, string?> { ["MTOOLS_SKIP_CHECK"] = "1", ["MTOOLSRC"] = null },
        Timeout = TimeSpan.FromMinutes(10),
    };

    private string Place => $"{image}@@{Start}";

    /// <summary>The number of sectors for files of so many bytes in total, with some spare room.</summary>
    public static uint SectorsFor(long bytes)
    {
        var sectors = (bytes + (bytes / 64) + (8 * 1024 * 1024)) / MasterBootRecord.SectorSize;
        return (uint)Math.Max(sectors, LeastClusters + 4096);
    }

    public async Task FormatAsync(uint sectors, CancellationToken token)
    {
        uint cluster = 1;
        while (cluster < 8 && sectors / (cluster * 2) > LeastClusters)
        {
            cluster *= 2;
        }

        await RunAsync(
            "mformat",
            ["-i", Place, "-F", "-v", Label, "-T", $"{sectors}", "-H", $"{MasterBootRecord.PartitionStart}", "-h", "255", "-s", "63", "-c", $"{cluster}", "::"],
            token);
    }

    public Task MakeDirectoriesAsync(IReadOnlyList<string> directories, CancellationToken token)
        => RunAsync("mmd", ["-i", Place, .. directories.Select(directory => "::/" + directory)], token);

    /// <summary>Reads a file; null if there is no such file, or no FAT file system.</summary>
    public async Task<byte[]?> ReadAsync(string path, CancellationToken token)
    {
        using var content = new MemoryStream();
        try
        {
            await ExternalProgram.RunAsync("mtype", ["-i", Place, "::/" + path], s_options with { OutputDestination = content }, token);
            return content.ToArray();
        }
        catch (ExternalProgramException)
        {
            return null;
        }
    }

    public Task CopyAsync(string file, string target, CancellationToken token)
        => RunAsync("mcopy", ["-o", "-i", Place, file, "::/" + target], token);

    /// <summary>Makes the partition start from BIOS: installs syslinux's boot sector, and ldlinux.sys in the file system.</summary>
    public async Task InstallSyslinuxAsync(CancellationToken token)
    {
        await RunAsync("syslinux", ["--install", "--offset", $"{Start}", image], token);
        RenewBackupBootSector();
    }

    // Copy the boot sector to its backup: mformat and syslinux do not, and file system checks report the difference.
    private void RenewBackupBootSector()
    {
        Span<byte> sector = stackalloc byte[MasterBootRecord.SectorSize];
        using var disk = File.Open(image, FileMode.Open);
        disk.Position = Start;
        disk.ReadExactly(sector);
        disk.Position = Start + (BackupBootSector * MasterBootRecord.SectorSize);
        disk.Write(sector);
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken token)
        => await ExternalProgram.RunAsync(program, arguments, s_options, token);
}
