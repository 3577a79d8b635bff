namespace Stiefel.Linux.Initramfs;

/// <summary>
/// Several archives, compressed or not, may follow each other in one initramfs, but each must begin at a multiple of 4;
/// otherwise the kernel reports "invalid magic at start of compressed archive" and ignores the rest.
/// </summary>
public static class CpioPadding
{
    private static readonly byte[] s_zeros = new byte[3];

    /// <summary>The zeros that must follow <paramref name="length"/> bytes before another archive may begin: 0 to 3.</summary>
    public static ReadOnlyMemory<byte> After(long length) => s_zeros.AsMemory(0, (int)(-length & 3));
}
