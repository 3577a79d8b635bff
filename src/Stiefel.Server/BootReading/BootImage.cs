using System.Buffers;
using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Initramfs;

namespace Stiefel.Server.BootReading;

/// <summary>Several file regions streamed as one file: one after the other, each padded to begin at a multiple of 4 bytes.</summary>
public sealed class BootImage
{
    private const int ReadSize = 256 * 1024;

    private readonly IReadOnlyList<FileRegion> _regions;

    /// <param name="regions">The regions in their order.</param>
    public BootImage(params IReadOnlyList<FileRegion> regions)
    {
        _regions = regions;
        foreach (var region in regions)
        {
            Length += CpioPadding.After(Length).Length + region.Length;
        }
    }

    /// <summary>The length in bytes, with padding.</summary>
    public long Length { get; }

    /// <summary>Reads everything in pieces through one buffer; the consumer may use a piece until its task completes.</summary>
    /// <exception cref="IOException">A file cannot be read, or ends before its region does.</exception>
    public async Task ReadAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> consume, CancellationToken token)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            var position = 0L;
            foreach (var region in _regions)
            {
                var padding = CpioPadding.After(position);
                if (padding.Length > 0)
                {
                    await consume(padding, token);
                }

                await ReadRegionAsync(region, buffer, consume, token);
                position += padding.Length + region.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task ReadRegionAsync(
        FileRegion region, byte[] buffer, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> consume, CancellationToken token)
    {
        using var file = File.OpenHandle(region.Path, options: FileOptions.SequentialScan);
        for (var done = 0L; done < region.Length;)
        {
            token.ThrowIfCancellationRequested();
            var want = (int)Math.Min(ReadSize, region.Length - done);
            var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, want), region.Offset + done, token);
            if (read == 0)
            {
                throw new EndOfStreamException($"{region.Path}: ends at {region.Offset + done}, expected {region.Offset + region.Length} bytes; was it replaced?");
            }

            await consume(buffer.AsMemory(0, read), token);
            done += read;
        }
    }
}
