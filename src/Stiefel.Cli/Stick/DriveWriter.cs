using Stiefel.CommandLine;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;

namespace Stiefel.Cli.Stick;

/// <summary>
/// Writes an image to a drive. Sector 0 is replaced by a mark first and written last, after all else was read back: as long as it is not there, no
/// firmware starts from the drive, and the next set-up knows what it has before it.
/// </summary>
/// <param name="device">The drive.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class DriveWriter(string device, WriteProgress progress)
{
    private const int Sector = MasterBootRecord.SectorSize;
    private const int Piece = 1024 * 1024;

    // What is in the page cache says nothing of the stick's speed.
    private const int PiecesUntilSync = 8;

    // Signatures of older contents lie at both ends: file systems, RAID, and the two copies of a partition table. The first end is all before the partition.
    private const int End = MasterBootRecord.PartitionStart * Sector;

    private static ReadOnlySpan<byte> Mark => "stiefel: this stick was not written to its end; write it anew with stiefel setup-client-usbdrive\n"u8;

    /// <summary>An earlier run was ended in the middle.</summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public static bool IsUnfinished(string device)
    {
        using var disk = BlockDevice.Open(device, readOnly: true);
        var sector = new byte[Sector];
        disk.Read(0, sector);
        return sector.AsSpan().StartsWith(Mark);
    }

    /// <summary>Writes it, and reads it back from the medium.</summary>
    /// <param name="image">As large as the drive.</param>
    /// <param name="used">Bytes of its beginning that count; so does its last mebibyte.</param>
    /// <param name="token">Ends it; the drive then stays unfinished.</param>
    /// <exception cref="FailedException">It could not be written, or reads back otherwise.</exception>
    public void Write(string image, long used, CancellationToken token)
    {
        using var source = BlockDevice.Open(image, readOnly: true);
        try
        {
            using (var disk = BlockDevice.Open(device, readOnly: false))
            {
                Unmake(disk);
                Copy(source, disk, used, token);
            }

            // Opened anew, the kernel has forgotten what it knew of it.
            using (var disk = BlockDevice.Open(device, readOnly: false))
            {
                Compare(source, disk, used, token);
                CopyPiece(source, disk, 0, Sector);
                disk.Sync();
            }

            using (var disk = BlockDevice.Open(device, readOnly: true))
            {
                ComparePiece(source, disk, 0, Sector);
            }
        }
        catch (LinuxException error)
        {
            throw new FailedException($"{device}: {error.Message}; the stick is not finished and starts nothing: write it anew, or take another one", error);
        }
        catch (OperationCanceledException)
        {
            throw new FailedException($"{device}: stopped; the stick is not finished and starts nothing: write it anew");
        }

        BlockDevice.TryRereadPartitions(device);
    }

    private static void Unmake(BlockDevice disk)
    {
        var start = new byte[End];
        Mark.CopyTo(start);
        disk.Write(0, start);
        disk.Write(disk.Size - End, new byte[End]);
        disk.Sync();
    }

    private void Copy(BlockDevice source, BlockDevice disk, long used, CancellationToken token)
    {
        progress.Begin("write", used);
        var pieces = 0;
        for (long offset = End; offset < used; offset += Step(offset, used))
        {
            token.ThrowIfCancellationRequested();
            CopyPiece(source, disk, offset, Step(offset, used));
            if (++pieces % PiecesUntilSync == 0)
            {
                disk.Sync();
                progress.Report(offset);
            }
        }

        // A GPT, its head in sector 1 and its copy at the end, when all that it leads to is there.
        CopyPiece(source, disk, disk.Size - End, End);
        CopyPiece(source, disk, Sector, End - Sector);
        disk.Sync();
        progress.End();
    }

    private void Compare(BlockDevice source, BlockDevice disk, long used, CancellationToken token)
    {
        progress.Begin("read back", used);
        for (long offset = Sector; offset < used; offset += Step(offset, used))
        {
            token.ThrowIfCancellationRequested();
            ComparePiece(source, disk, offset, Step(offset, used));
            progress.Report(offset);
        }

        ComparePiece(source, disk, disk.Size - End, End);
        progress.End();
    }

    // Up to the next whole piece.
    private static int Step(long offset, long used) => (int)Math.Min(used - offset, Piece - (offset % Piece));

    private static void CopyPiece(BlockDevice source, BlockDevice disk, long offset, int length)
    {
        var piece = new byte[length];
        source.Read(offset, piece);
        disk.Write(offset, piece);
    }

    private void ComparePiece(BlockDevice source, BlockDevice disk, long offset, int length)
    {
        var expected = new byte[length];
        var actual = new byte[length];
        source.Read(offset, expected);
        disk.Read(offset, actual);
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            var at = offset + expected.AsSpan().CommonPrefixLength(actual);
            throw new FailedException($"{device}: byte {at} reads back otherwise than it was written: the stick is broken, or holds less than it says; take another one");
        }
    }
}
