using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Transmission;

/// <summary>The way of large reads: pages go from the page cache to the socket through a pipe, and nobody copies them.</summary>
internal sealed class PageLoan(IBlockDevice device, NbdTransport transport) : IDisposable
{
    /// <summary>Bytes from which on it is faster than a copy (docs/performance.md).</summary>
    public const int WorthIt = 64 * 1024;

    // What /proc/sys/fs/pipe-max-size allows to anyone by default.
    private const int PipeSize = 1024 * 1024;

    private PagePipe? _pipe;
    private bool _hasNoPipe;

    /// <summary>Device and transport can.</summary>
    public bool IsSupported { get; } = transport.TakesPages && device.LendsPages;

    /// <summary>And the system can.</summary>
    public bool IsPossible => IsSupported && !_hasNoPipe && (_pipe ??= Create()) is not null;

    /// <summary>Most bytes of one <see cref="Take"/>; at least <see cref="WorthIt"/>.</summary>
    public int RoomFrom(long offset) => _pipe!.RoomFrom(offset);

    /// <summary>Fills the pipe; throws as the device does, and is empty then.</summary>
    public PagePipe Take(long offset, int length)
    {
        try
        {
            device.Lend(offset, length, _pipe!);
            return _pipe!;
        }
        catch
        {
            // What is in it belongs to no reply.
            _pipe!.Dispose();
            _pipe = null;
            throw;
        }
    }

    public void Dispose() => _pipe?.Dispose();

    private PagePipe? Create()
    {
        PagePipe? pipe = PagePipe.TryCreate(PipeSize);
        if (pipe is not null && pipe.RoomFrom(0) < 2 * WorthIt)
        {
            // A user with very many pipes gets tiny ones.
            pipe.Dispose();
            pipe = null;
        }

        _hasNoPipe = pipe is null;
        return pipe;
    }
}
