namespace Stiefel.Nbd.Devices.Snapshots;

/// <summary>
/// A disk that can be written without being changed: writes go to an overlay, whole blocks of it; what was not written is
/// read from the base. Owns the overlay, not the base, which several may share.
/// </summary>
public sealed partial class SnapshotDevice : IBlockDevice
{
    // Extents that are merged into one answer before it is given as it is. Arbitrary; bounds the work for one of them.
    private const int MaxMerged = 1024;

    private readonly IBlockDevice _base;
    private readonly SnapshotOverlay _overlay;
    private readonly IBlockDevice _store;
    private readonly OverlayMap _map;

    /// <param name="basis">What is read where nothing was written; never written itself. Must outlive this.</param>
    /// <param name="overlay">What was written. Must be of the base's size. Disposed with this.</param>
    public SnapshotDevice(IBlockDevice basis, SnapshotOverlay overlay)
    {
        if (overlay.Store.Size != basis.Size)
        {
            throw new ArgumentException($"an overlay of {overlay.Store.Size} bytes does not fit a base of {basis.Size}", nameof(overlay));
        }

        _base = basis;
        _overlay = overlay;
        _store = overlay.Store;
        _map = overlay.Map;
        Traits = basis.Traits with
        {
            IsReadOnly = false,
            CanTrim = true,
            PreferredBlockSize = Math.Max(basis.Traits.PreferredBlockSize, OverlayMap.BlockSize),
        };
    }

    /// <inheritdoc/>
    public long Size => _base.Size;

    /// <inheritdoc/>
    public DeviceTraits Traits { get; }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            (var source, var end) = SourceOf(offset, offset + buffer.Length);
            var run = buffer[..(int)(end - offset)];
            if (source is null)
            {
                run.Clear();
            }
            else
            {
                source.Read(offset, run);
            }

            buffer = buffer[run.Length..];
            offset = end;
        }
    }

    /// <inheritdoc/>
    public bool TryReadCached(long offset, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            (var source, var end) = SourceOf(offset, offset + buffer.Length);
            var run = buffer[..(int)(end - offset)];
            if (source is null)
            {
                run.Clear();
            }
            else if (!source.TryReadCached(offset, run))
            {
                return false;
            }

            buffer = buffer[run.Length..];
            offset = end;
        }

        return true;
    }

    /// <summary>What was written vanishes with the overlay in any case; that its medium lost some of it before must be told all the same.</summary>
    public void Flush() => _store.Flush();

    /// <inheritdoc/>
    public void Prefetch(long offset, long length) => _base.Prefetch(offset, length);

    /// <inheritdoc/>
    public BlockExtent FindExtent(long offset, long length)
    {
        var extent = FindOne(offset, length);
        for (var i = 0; i < MaxMerged && extent.Length < length; i++)
        {
            var next = FindOne(offset + extent.Length, length - extent.Length);
            if (next.IsHole != extent.IsHole)
            {
                break;
            }

            extent = extent with { Length = extent.Length + next.Length };
        }

        return extent;
    }

    /// <inheritdoc/>
    public void Dispose() => _overlay.Dispose();

    // Null: zeroes.
    private (IBlockDevice? Source, long End) SourceOf(long offset, long end)
    {
        (var source, var runEnd) = _map.FindRun(offset, end);
        return (source switch { BlockSource.Zero => null, BlockSource.Overlay => _store, _ => _base }, runEnd);
    }

    private BlockExtent FindOne(long offset, long length)
    {
        (var source, var end) = _map.FindRun(offset, offset + length);
        return source == BlockSource.Base ? _base.FindExtent(offset, end - offset) : new BlockExtent(end - offset, source == BlockSource.Zero);
    }
}
