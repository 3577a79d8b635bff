using Stiefel.CommandLine;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;

namespace Stiefel.Cli.Stick;

/// <summary>
/// Writes an image to a drive. A mark replaces sector 0 first; the real sector 0 is written last, after everything else was read back. Until then no
/// firmware starts from the drive, and the next run recognises an unfinished stick.
/// </summary>
/// <param name="device">The drive's device file.</param>
/// <param name="progress">Receives the progress.</param>
internal sealed class DriveWriter(string device, WriteProgress progress)
{
    private const int Sector = MasterBootRecord.SectorSize;
    private const int Piece = 1024 * 1024;

    // Sync often, so that the progress shows the stick's speed rather than that of the page cache.
    private const int PiecesUntilSync = 8;

    // Bytes erased at both ends, where signatures of older contents lie: file systems, RAID, both copies of a GPT. The partition begins behind them.
    private const int End = MasterBootRecord.PartitionStart * Sector;

    private static ReadOnlySpan<byte> Mark => "stiefel: this stick was not written to its end; write it anew with stiefel setup-client-usbdrive\n"u8;

    /// <summary>True if an earlier run did not finish writing the drive.</summary>
    /// <exception cref="LinuxException">The drive cannot be read.</exception>
    public static bool IsUnfinished(string device)
    {
        using var disk = BlockDevice.Open(device, readOnly: true);
        var sector = new byte[Sector];
        disk.Read(0, sector);
        return sector.AsSpan().StartsWith(Mark);
    }

    /// <summary>Writes an image and reads it back from the medium.</summary>
    /// <param name="image">A file that is as large as the drive.</param>
    /// <param name="used">How many bytes at the image's beginning are written. Its last mebibyte is written as well.</param>
    /// <param name="token">Cancels writing; the drive then stays unfinished.</param>
    /// <exception cref="FailedException">The drive could not be written, or reads back differently.</exception>
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

            // Open the drive again to compare: after the last close the kernel has dropped its cache of it.
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
            throw new FailedException($"{device}: {error.Message}; the stick is unfinished and does not start: write it again, or use another one", error);
        }
        catch (OperationCanceledException)
        {
            throw new FailedException($"{device}: stopped; the stick is unfinished and does not start: write it again");
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

        // Write the GPT, in sector 1 and at the end, only when everything that it refers to is there.
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

    // The bytes up to the next piece's beginning.
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
            throw new FailedException($"{device}: byte {at} does not read back as it was written: the stick is broken or smaller than it claims; use another one");
        }
    }
}
