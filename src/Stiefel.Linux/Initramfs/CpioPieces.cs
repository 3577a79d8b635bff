namespace Stiefel.Linux.Initramfs;

/// <summary>A cpio archive in the kernel's `newc` format as what stands around its files, where these are large and lie somewhere already.</summary>
public static class CpioPieces
{
    private const uint RegularFile = 0x8000; // S_IFREG, man 7 inode

    /// <summary>What ends the archive.</summary>
    public static byte[] Trailer() => new CpioHeader { Links = 1 }.ToBytes("TRAILER!!!");

    /// <summary>What stands before a file's content, which must end at a multiple of 4.</summary>
    public static byte[] Header(string path, UnixFileMode mode, long length) => length is >= 0 and <= uint.MaxValue && length % 4 == 0
        ? new CpioHeader { Mode = RegularFile | (uint)mode, Links = 1, FileSize = (uint)length }.ToBytes(path)
        : throw new ArgumentOutOfRangeException(nameof(length), length, $"{path}: expected a multiple of 4 below 4 GiB");
}
