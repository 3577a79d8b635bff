using System.Runtime.InteropServices;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// Page-aligned memory outside the garbage collector's heap: it costs nothing before it is touched, and goes back to the
/// system when disposed. For one thread; its span must not be used after <see cref="Dispose"/>.
/// </summary>
public sealed unsafe class PageBuffer : IDisposable
{
    /// <summary>Bytes of a page of memory, and of the page cache.</summary>
    public const int PageSize = 4096;

    private void* _memory;

    /// <param name="length">Bytes; contents are undefined at first.</param>
    public PageBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _memory = NativeMemory.AlignedAlloc((nuint)length, PageSize);
        Length = length;
    }

    /// <summary>Bytes.</summary>
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
