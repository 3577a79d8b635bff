using System.Runtime.InteropServices;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// Page-aligned memory outside the garbage collector's heap: it takes no memory before it is touched, and disposal returns it to the
/// system. For one thread; its span must not be used after <see cref="Dispose"/>.
/// </summary>
public sealed unsafe class PageBuffer : IDisposable
{
    /// <summary>Size of a memory page, and of a page in the page cache, in bytes.</summary>
    public const int PageSize = 4096;

    private void* _memory;

    /// <param name="length">Bytes; the contents are undefined at first.</param>
    public PageBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _memory = NativeMemory.AlignedAlloc((nuint)length, PageSize);
        Length = length;
    }

    /// <summary>The length in bytes.</summary>
    public int Length { get; }

    /// <summary>The memory.</summary>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return new Span<byte>(_memory, Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
