using Stiefel.Linux.BlockDevices;

namespace Stiefel.Nbd.Devices;

/// <summary>Wraps a device for its clients and notes their writes and flushes in the session. The server's own flushes do not pass through it.</summary>
internal sealed class WatchedDevice(IBlockDevice device, ExportSession session) : IBlockDevice
{
    public long Size => device.Size;

    public DeviceTraits Traits => device.Traits;

    public void Read(long offset, Span<byte> buffer) => device.Read(offset, buffer);

    public bool TryReadCached(long offset, Span<byte> buffer) => device.TryReadCached(offset, buffer);

    public bool TryLend(long offset, int length, PagePipe pipe) => device.TryLend(offset, length, pipe);

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        session.MarkWrite();
        try
        {
            device.Write(offset, data);
        }
        finally
        {
            session.MarkWrite();
        }
    }

    public void Flush()
    {
        var covered = session.BeginFlush();
        device.Flush();
        session.EndFlush(covered);
    }

    public void Trim(long offset, long length) => Change(() => device.Trim(offset, length));

    public void WriteZeroes(long offset, long length, ZeroOptions options) => Change(() => device.WriteZeroes(offset, length, options));

    public void Prefetch(long offset, long length) => device.Prefetch(offset, length);

    public BlockExtent FindExtent(long offset, long length) => device.FindExtent(offset, length);

    /// <summary>Does nothing: the export's creator owns the device.</summary>
    public void Dispose()
    {
    }

    private void Change(Action change)
    {
        session.MarkWrite();
        try
        {
            change();
        }
        finally
        {
            session.MarkWrite();
        }
    }
}
