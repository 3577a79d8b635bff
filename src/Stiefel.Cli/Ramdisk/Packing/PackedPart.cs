using Stiefel.Cli.Configuration;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>One finished archive of the initrd.</summary>
/// <param name="Name">The name of its content.</param>
/// <param name="File">The path of the packed file.</param>
/// <param name="UnpackedSize">The size before compression in bytes.</param>
/// <param name="Compression">The compression used.</param>
internal sealed record PackedPart(string Name, string File, long UnpackedSize, Compression Compression)
{
    public long Size => new FileInfo(File).Length;
}
