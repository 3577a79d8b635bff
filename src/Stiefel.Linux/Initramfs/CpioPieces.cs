namespace Stiefel.Linux.Initramfs;

/// <summary>The parts of a cpio archive in the kernel's `newc` format that surround its files, for large files that need not be copied into an archive.</summary>
public static class CpioPieces
{
    private const uint RegularFile = 0x8000; // S_IFREG, man 7 inode

    /// <summary>Makes the entry that ends an archive.</summary>
    public static byte[] Trailer() => new CpioHeader { Links = 1 }.ToBytes("TRAILER!!!");

    /// <summary>Makes the header that precedes a file's content; the content's length must be a multiple of 4.</summary>
    public static byte[] Header(string path, UnixFileMode mode, long length) => length is >= 0 and <= uint.MaxValue && length % 4 == 0
        ? new CpioHeader { Mode = RegularFile | (uint)mode, Links = 1, FileSize = (uint)length }.ToBytes(path)
        : throw new ArgumentOutOfRangeException(nameof(length), length, $"{path}: expected a multiple of 4 below 4 GiB");
}
