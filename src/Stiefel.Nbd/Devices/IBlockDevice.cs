using Stiefel.Linux.BlockDevices;

namespace Stiefel.Nbd.Devices;

/// <summary>
/// The bytes behind an export. Every member may be called from many threads at once; the caller checks that ranges lie
/// within <see cref="Size"/>. A failure is a <see cref="Stiefel.Linux.Errors.LinuxException"/>, whose errno is sent to the client
/// as an NBD error.
/// </summary>
public interface IBlockDevice : IDisposable
{
    /// <summary>Size in bytes; fixed for the life of the device.</summary>
    long Size { get; }

    /// <summary>What the device can do, and which access it handles best.</summary>
    DeviceTraits Traits { get; }

    /// <summary>Fills the whole buffer from the offset (bytes).</summary>
    void Read(long offset, Span<byte> buffer);

    /// <summary>Reads as <see cref="Read"/> does if that needs no waiting; false if it would wait or fail. A device that cannot tell may wait.</summary>
    bool TryReadCached(long offset, Span<byte> buffer)
    {
        Read(offset, buffer);
        return true;
    }

    /// <summary>
    /// Lends the range's pages to the pipe, which must be empty, instead of copying them; waits as <see cref="Read"/> does. False if
    /// the device cannot lend; the pipe must not be used again then.
    /// </summary>
    bool TryLend(long offset, int length, PagePipe pipe) => false;

    /// <summary>Writes all data at the offset (bytes); durable only after <see cref="Flush"/>. After a failure the range is undefined.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>
    /// Returns when every write completed before the call is on the medium. After one failure every later flush fails too: the
    /// kernel reports a lost write only once, and a later success would be a lie.
    /// </summary>
    void Flush();

    /// <summary>Tells the medium that the range is unused; its content is undefined afterwards.</summary>
    void Trim(long offset, long length);

    /// <summary>Makes the range read as zeroes.</summary>
    void WriteZeroes(long offset, long length, ZeroOptions options);

    /// <summary>Advises the system to start reading the range into memory.</summary>
    void Prefetch(long offset, long length);

    /// <summary>The extent that begins at the offset, at least one byte and at most <paramref name="length"/> long.</summary>
    BlockExtent FindExtent(long offset, long length);
}
