using System.Buffers.Binary;
using System.Text;

namespace Stiefel.EndToEnd.Machines;

/// <summary>The content of the smallest boot partition: a file that looks like a kernel, a file as its initrd, and an entry that names both.</summary>
internal static class WrappedBoot
{
    public const string Release = "6.1.0-wrapped";

    public static byte[] Kernel { get; } = MakeKernel();

    public static byte[] Initrd { get; } = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 / 5))];

    public static IReadOnlyDictionary<string, byte[]> Files { get; } = new Dictionary<string, byte[]>
    {
        ["vmlinuz"] = Kernel,
        ["initrd.img"] = Initrd,
        ["grub/grub.cfg"] = Encoding.UTF8.GetBytes("menuentry 'Wrapped' {\n  linux /vmlinuz root=/dev/mapper/x ro\n  initrd /initrd.img\n}\n"),
    };

    // Write the signature, the protocol's version and the offset of the release's text (Documentation/arch/x86/boot.rst).
    private static byte[] MakeKernel()
    {
        var image = new byte[0x1000];
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x206), 0x20f);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x20e), 0x600);
        Encoding.ASCII.GetBytes($"{Release} (builder@example) #1 SMP\0").CopyTo(image.AsSpan(0x800));
        return image;
    }
}
