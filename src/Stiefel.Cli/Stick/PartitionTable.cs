using System.Text;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Stick;

/// <summary>Writes the partition table of a stick into its image.</summary>
internal static class PartitionTable
{
    /// <summary>Bytes behind the partition, for the second copy of a GPT, rounded up to a mebibyte.</summary>
    public const long BytesBehind = 1024 * 1024;

    private const int ProtectiveEntry = 446;
    private const byte Active = 0x80;

    /// <summary>Size in bytes of a whole disk whose partition has so many sectors.</summary>
    public static long DiskBytes(StickLayout layout, uint sectors) =>
        ((MasterBootRecord.PartitionStart + (long)sectors) * MasterBootRecord.SectorSize) + (layout == StickLayout.Gpt ? BytesBehind : 0);

    /// <param name="layout">The kind of table.</param>
    /// <param name="image">The image file, already as long as the disk.</param>
    /// <param name="sectors">Length of the single partition in sectors.</param>
    /// <param name="bootCode">syslinux's boot code for this kind of table.</param>
    /// <param name="token">Cancels writing.</param>
    public static async Task WriteAsync(StickLayout layout, string image, uint sectors, ReadOnlyMemory<byte> bootCode, CancellationToken token)
    {
        if (layout == StickLayout.Mbr)
        {
            using var disk = File.Open(image, FileMode.Open);
            disk.Write(MasterBootRecord.Build(bootCode.Span, sectors));
            return;
        }

        // The type is EFI System; gptmbr.bin looks for the attribute.
        var script = $"label: gpt\nstart={MasterBootRecord.PartitionStart}, size={sectors}, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=\"STIEFEL\", attrs=\"LegacyBIOSBootable\"\n";
        using var input = new MemoryStream(Encoding.ASCII.GetBytes(script));
        await ExternalProgram.RunAsync("sfdisk", ["--quiet", image], new ExternalProgramOptions { Input = input, Timeout = TimeSpan.FromMinutes(1) }, token);
        using var table = File.Open(image, FileMode.Open);
        table.Write(bootCode.Span);
        table.Position = ProtectiveEntry;
        table.WriteByte(Active);
    }
}
