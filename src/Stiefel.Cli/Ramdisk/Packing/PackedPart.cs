using Stiefel.Cli.Configuration;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>One finished archive of the initrd.</summary>
/// <param name="Name">What it holds.</param>
/// <param name="File">Its packed bytes.</param>
/// <param name="UnpackedSize">Bytes before compression.</param>
/// <param name="Compression">How it is packed.</param>
internal sealed record PackedPart(string Name, string File, long UnpackedSize, Compression Compression)
{
    public long Size => new FileInfo(File).Length;
}
