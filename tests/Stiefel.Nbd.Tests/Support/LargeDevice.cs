using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A device that is too large for memory; it records how many bytes the last command covered, and checks where its steps began.</summary>
internal sealed class LargeDevice(long size) : IBlockDevice
{
    private string _command = "";

    /// <summary>Bytes covered by the steps of the last command; -1 if a step began at an unexpected place.</summary>
    public long Covered { get; private set; }

    public long Size => size;

    public DeviceTraits Traits { get; } = new() { CanTrim = true };

    public void Read(long offset, Span<byte> buffer) => buffer.Clear();

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
    }

    public void Flush()
    {
    }

    public void Trim(long offset, long length) => Cover("trim", offset, length);

    public void WriteZeroes(long offset, long length, ZeroOptions options) => Cover("zero", offset, length);

    public void Prefetch(long offset, long length) => Cover("prefetch", offset, length);

    public BlockExtent FindExtent(long offset, long length) => new(length, false);

    public void Dispose()
    {
    }

    private void Cover(string command, long offset, long length)
    {
        var isFirst = command != _command;
        _command = command;
        Covered = isFirst ? length : offset % (1 << 20) == 0 && Covered >= 0 ? Covered + length : -1;
    }
}
