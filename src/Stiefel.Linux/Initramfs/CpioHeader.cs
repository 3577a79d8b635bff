using System.Text;

namespace Stiefel.Linux.Initramfs;

/// <summary>
/// One header of a `newc` archive: a magic number and 13 fields of 8 hexadecimal digits, then the name, a NUL, and zeros up to a multiple of 4
/// (linux Documentation/driver-api/early-userspace/buffer-format.rst).
/// </summary>
internal readonly record struct CpioHeader
{
    /// <summary>Length of the part before the name, in bytes.</summary>
    public const int Size = 110;

    /// <summary>Longest name or symlink target, in bytes with its NUL; the kernel skips longer ones (init/initramfs.c, PATH_MAX).</summary>
    public const int MaxPathBytes = 4096;

    public uint Inode { get; init; }
    public uint Mode { get; init; }
    public uint UserId { get; init; }
    public uint GroupId { get; init; }
    public uint Links { get; init; }
    public uint Modified { get; init; }
    public uint FileSize { get; init; }
    public uint DeviceMajor { get; init; }
    public uint DeviceMinor { get; init; }

    /// <summary>The header and the name as in the archive, padded so that the content begins at a multiple of 4.</summary>
    public byte[] ToBytes(string name)
    {
        var nameSize = Encoding.UTF8.GetByteCount(name) + 1;
        var bytes = new byte[AlignUp(Size + nameSize)];
        // The file system's own device number (fields 8 and 9) and the checksum (the last) are not used by `newc`.
        var fields = $"070701{Inode:X8}{Mode:X8}{UserId:X8}{GroupId:X8}{Links:X8}{Modified:X8}{FileSize:X8}" +
                     $"{0:X8}{0:X8}{DeviceMajor:X8}{DeviceMinor:X8}{nameSize:X8}{0:X8}";
        Encoding.ASCII.GetBytes(fields, bytes);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(Size));
        return bytes;
    }

    /// <summary>Rounds up to a multiple of 4, at which every part of an archive begins.</summary>
    public static int AlignUp(int length) => (length + 3) & ~3;
}
