using System.Buffers.Binary;
using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>What a kernel image says about itself (Documentation/arch/x86/boot.rst, the real-mode kernel header).</summary>
internal static class KernelImage
{
    // The setup header is at 0x1f1; "HdrS" marks it since boot protocol 2.00.
    private const int MagicOffset = 0x202;
    private const int VersionPointerOffset = 0x20e;

    // kernel_version counts from the end of the boot sector.
    private const int VersionPointerBase = 0x200;

    // UTS_RELEASE has at most 64 characters (include/linux/utsname.h); the text goes on with who built it.
    private const int MaxReleaseLength = 64;

    /// <summary>`uname -r` of a bzImage; empty for other images, or if there is nothing sensible there.</summary>
    public static string ReadRelease(TreeFile file, FileRegion region)
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
        var release = end < 0 ? "" : Encoding.ASCII.GetString(text[..end]);
        return IsRelease(release) ? release : "";
    }

    /// <summary>True for text that can be a release, and therefore the name of a directory of modules.</summary>
    public static bool IsRelease(string text)
        => text.Length is > 0 and <= MaxReleaseLength && char.IsAsciiDigit(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '~' or ':');
}
