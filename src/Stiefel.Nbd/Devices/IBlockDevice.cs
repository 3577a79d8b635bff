using Stiefel.Linux.BlockDevices;

namespace Stiefel.Nbd.Devices;

/// <summary>
/// The bytes behind an export. Every member may be called from many threads at once; ranges are checked by the caller
/// and lie within <see cref="Size"/>. A failure is a <see cref="Stiefel.Linux.Errors.LinuxException"/>, whose errno the client
/// is told in the terms of NBD.
/// </summary>
public interface IBlockDevice : IDisposable
{
    /// <summary>Size in bytes; fixed for the life of the device.</summary>
    long Size { get; }

    /// <summary>What it can do and how it likes to be used.</summary>
    DeviceTraits Traits { get; }

    /// <summary>Fills the whole buffer from the offset (bytes).</summary>
    void Read(long offset, Span<byte> buffer);

    /// <summary>As <see cref="Read"/> if that needs no waiting; false = it would have to wait, or fail. A device that cannot tell may wait.</summary>
    bool TryReadCached(long offset, Span<byte> buffer)
    {
        Read(offset, buffer);
        return true;
    }

    /// <summary>
    /// Lends the range's pages to the pipe, which must be empty, instead of copying them; waits as <see cref="Read"/> does. False = it cannot, and
    /// the pipe is of no use any more.
    /// </summary>
    bool TryLend(long offset, int length, PagePipe pipe) => false;

    /// <summary>Writes all data at the offset (bytes); durable only after <see cref="Flush"/>. After a failure the range is undefined.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>
    /// Returns when every write completed before the call is on the medium. Once it failed it fails for ever: the kernel
    /// reports a lost write once, and a later success would be a lie.
    /// </summary>
    void Flush();

    /// <summary>Tells the medium that the range is unused; what it reads as afterwards is undefined.</summary>
    void Trim(long offset, long length);

    /// <summary>Makes the range read as zeroes.</summary>
    void WriteZeroes(long offset, long length, ZeroOptions options);

    /// <summary>Starts reading the range into memory; advice only.</summary>
    void Prefetch(long offset, long length);

    /// <summary>The extent that begins at the offset, at least one byte and at most <paramref name="length"/> long.</summary>
    BlockExtent FindExtent(long offset, long length);
}
