using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A device in memory that records its commands and fails where a test tells it to.</summary>
internal sealed class MemoryDevice(int size) : IBlockDevice
{
    private readonly byte[] _bytes = new byte[size];
    private readonly Lock _lock = new();

    /// <summary>If this returns an error number, the command fails with it.</summary>
    public Func<string, long, int?> Fault { get; set; } = (_, _) => null;

    /// <summary>Called before each command, outside the lock.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Called for each write with its offset and data.</summary>
    public Action<long, byte[]> Written { get; set; } = (_, _) => { };

    public List<string> Calls { get; } = [];

    public byte[] Bytes => _bytes;

    public long Size => _bytes.Length;

    public DeviceTraits Traits { get; init; } = new() { CanTrim = true };

    /// <summary>True to simulate a disk with an empty page cache, where every read must wait.</summary>
    public bool IsCold { get; init; }

    public bool TryReadCached(long offset, Span<byte> buffer)
    {
        if (IsCold)
        {
            return false;
        }

        Read(offset, buffer);
        return true;
    }

    public void Read(long offset, Span<byte> buffer)
    {
        Enter("read", offset, buffer.Length);
        _bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Enter("write", offset, data.Length);
        data.CopyTo(_bytes.AsSpan((int)offset));
        lock (_lock)
        {
            Written(offset, data.ToArray());
        }
    }

    public void Flush() => Enter("flush", 0, 0);

    public void Trim(long offset, long length) => Enter("trim", offset, length);

    public void WriteZeroes(long offset, long length, ZeroOptions options)
    {
        Enter($"zero {options}", offset, length);
        _bytes.AsSpan((int)offset, (int)length).Clear();
    }

    public void Prefetch(long offset, long length) => Enter("prefetch", offset, length);

    public BlockExtent FindExtent(long offset, long length)
    {
        // Holes and data alternate every 4096 bytes.
        var end = (offset / 4096 * 4096) + 4096;
        return new BlockExtent(Math.Min(end - offset, length), (offset / 4096 % 2) == 1);
    }

    public void Dispose()
    {
    }

    private void Enter(string command, long offset, long length)
    {
        Before(command);
        lock (_lock)
        {
            Calls.Add($"{command} {offset} {length}");
        }

        if (Fault(command, offset) is { } errno)
        {
            throw new LinuxException($"{command}(memory, {offset})", errno);
        }
    }
}
