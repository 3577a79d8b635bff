using System.Text;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Stick;

/// <summary>Writes the partition table of a stick into its image.</summary>
internal static class PartitionTable
{
    /// <summary>What a table takes behind the partition: the second copy of a GPT, and room up to a whole mebibyte.</summary>
    public const long BytesBehind = 1024 * 1024;

    private const int ProtectiveEntry = 446;
    private const byte Active = 0x80;

    /// <summary>Bytes of the whole disk for a partition of so many sectors.</summary>
    public static long DiskBytes(StickLayout layout, uint sectors) =>
        ((MasterBootRecord.PartitionStart + (long)sectors) * MasterBootRecord.SectorSize) + (layout == StickLayout.Gpt ? BytesBehind : 0);

    /// <param name="layout">Which kind.</param>
    /// <param name="image">The file, as long as the disk will be.</param>
    /// <param name="sectors">Length of the one partition.</param>
    /// <param name="bootCode">syslinux's, for this kind of table.</param>
    /// <param name="token">Ends it.</param>
    public static async Task WriteAsync(StickLayout layout, string image, uint sectors, ReadOnlyMemory<byte> bootCode, CancellationToken token)
    {
        if (layout == StickLayout.Mbr)
        {
            using var disk = File.Open(image, FileMode.Open);
            disk.Write(MasterBootRecord.Build(bootCode.Span, sectors));
            return;
        }

        // Type: EFI System. The attribute is what gptmbr.bin looks for.
        var script = $"label: gpt\nstart={MasterBootRecord.PartitionStart}, size={sectors}, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=\"STIEFEL\", attrs=\"LegacyBIOSBootable\"\n";
        using var input = new MemoryStream(Encoding.ASCII.GetBytes(script));
        await ExternalProgram.RunAsync("sfdisk", ["--quiet", image], new ExternalProgramOptions { Input = input, Timeout = TimeSpan.FromMinutes(1) }, token);
        using var table = File.Open(image, FileMode.Open);
        table.Write(bootCode.Span);
        table.Position = ProtectiveEntry;
        table.WriteByte(Active);
    }
}
