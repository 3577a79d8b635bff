using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>Reads what a kernel image tells about itself (Documentation/arch/x86/boot.rst, the real-mode kernel header; arch/arm64/booting.rst; arch/riscv/boot-image-header.rst).</summary>
internal static class KernelImage
{
    // The setup header is at 0x1f1; "HdrS" marks it since boot protocol 2.00.
    private const int MagicOffset = 0x202;
    private const int VersionPointerOffset = 0x20e;

    // The kernel_version pointer counts from the end of the boot sector.
    private const int VersionPointerBase = 0x200;

    // UTS_RELEASE has at most 64 characters (include/linux/utsname.h); the builder's name follows it.
    private const int MaxReleaseLength = 64;

    // The magic numbers of arm64's and riscv's Image are at the same offset.
    private const int ImageMagicOffset = 0x38;

    /// <summary>`uname -r` of a bzImage; empty for other images and for a text that cannot be a release.</summary>
    public static string ReadRelease(TreeFile file, FileRegion region) => ReadVersion(file, region) is var release && IsRelease(release) ? release : "";

    /// <summary>The first word of a bzImage's version text; empty if there is none.</summary>
    private static string ReadVersion(TreeFile file, FileRegion region)
    {
        var header = file.Read(region.Offset + MagicOffset, stackalloc byte[VersionPointerOffset + 2 - MagicOffset]);
        if (header.Length < VersionPointerOffset + 2 - MagicOffset || !header.StartsWith("HdrS"u8))
        {
            return "";
        }

        int pointer = BinaryPrimitives.ReadUInt16LittleEndian(header[(VersionPointerOffset - MagicOffset)..]);
        if (pointer == 0 || pointer + VersionPointerBase >= region.Length)
        {
            return "";
        }

        var text = file.Read(region.Offset + VersionPointerBase + pointer, stackalloc byte[MaxReleaseLength + 1]);
        var end = text.IndexOfAny((byte)' ', (byte)0);
        return end < 0 ? "" : Encoding.ASCII.GetString(text[..end]);
    }

    /// <summary>True for text that can be a kernel release, and so be used as the name of a directory of modules.</summary>
    public static bool IsRelease(string text)
        => text.Length is > 0 and <= MaxReleaseLength && char.IsAsciiDigit(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '~' or ':');

    /// <summary>True for a Linux kernel of this processor; false for a boot loader, a memory test or another system, which loaders start by the same commands.</summary>
    public static bool IsLinux(TreeFile file, FileRegion region) => IsLinux(file, region, RuntimeInformation.ProcessArchitecture);

    /// <inheritdoc cref="IsLinux(TreeFile, FileRegion)"/>
    /// <remarks>memdisk, iPXE and others have a bzImage header so that Linux loaders start them, but where Linux has its version number, they have a name.</remarks>
    /// <param name="file">The file.</param>
    /// <param name="region">The part of it that is the kernel.</param>
    /// <param name="architecture">The processor.</param>
    public static bool IsLinux(TreeFile file, FileRegion region, Architecture architecture)
    {
        var head = file.Read(region.Offset, stackalloc byte[MagicOffset + 4]);
        return architecture is Architecture.X64 or Architecture.X86
            ? head.Length == MagicOffset + 4 && head[MagicOffset..].StartsWith("HdrS"u8) && ReadVersion(file, region) is not [>= 'A' and <= 'z', ..]
            : IsCompressed(head) || IsFlat(head, architecture) || IsEfiCompressed(head);
    }

    // Image.gz, which is how arm64 kernels are installed.
    private static bool IsCompressed(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 8]);

    private static bool IsFlat(ReadOnlySpan<byte> head, Architecture architecture)
        => head.Length >= ImageMagicOffset + 4
            && head[ImageMagicOffset..].StartsWith(architecture == Architecture.Arm64 ? "ARM\x64"u8 : architecture == Architecture.RiscV64 ? "RSC\x05"u8 : "\0\0\0\0none"u8);

    // vmlinuz.efi of CONFIG_EFI_ZBOOT (drivers/firmware/efi/libstub/zboot-header.S).
    private static bool IsEfiCompressed(ReadOnlySpan<byte> head) => head.Length >= 8 && head.StartsWith("MZ"u8) && head[4..].StartsWith("zimg"u8);
}
