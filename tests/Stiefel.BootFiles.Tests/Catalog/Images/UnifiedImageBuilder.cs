using System.Buffers.Binary;
using System.Text;

namespace Stiefel.BootFiles.Tests.Catalog.Images;

/// <summary>Writes the parts of a PE file that matter here: headers, section table, and contents aligned to 512.</summary>
internal static class UnifiedImageBuilder
{
    private const int PeOffset = 0x80;
    private const int OptionalLength = 0xf0;

    public static byte[] Build(params (string Name, byte[] Content)[] sections)
    {
        var headers = Align(PeOffset + 24 + OptionalLength + (40 * sections.Length));
        var image = new byte[headers + sections.Sum(section => Align(section.Content.Length))];
        "MZ"u8.CopyTo(image);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x3c), PeOffset);
        "PE\0\0"u8.CopyTo(image.AsSpan(PeOffset));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(PeOffset + 4), 0x8664);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(PeOffset + 6), (ushort)sections.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(PeOffset + 20), OptionalLength);
        var offset = headers;
        for (var at = 0; at < sections.Length; at++)
        {
            var header = image.AsSpan(SectionHeader(at), 40);
            Encoding.ASCII.GetBytes(sections[at].Name).CopyTo(header);
            BinaryPrimitives.WriteInt32LittleEndian(header[8..], sections[at].Content.Length);
            BinaryPrimitives.WriteInt32LittleEndian(header[16..], Align(sections[at].Content.Length));
            BinaryPrimitives.WriteInt32LittleEndian(header[20..], offset);
            sections[at].Content.CopyTo(image, offset);
            offset += Align(sections[at].Content.Length);
        }

        return image;
    }

    /// <summary>Makes an image as ukify would.</summary>
    public static byte[] Typical(string release, string commandLine = "root=UUID=1234 ro quiet\n") => Build(
        (".text", new byte[100]),
        (".osrel", Encoding.UTF8.GetBytes("ID=arch\nPRETTY_NAME=\"Arch Linux\"\n")),
        (".uname", Encoding.UTF8.GetBytes(release)),
        (".cmdline", Encoding.UTF8.GetBytes(commandLine)),
        (".ucode", Encoding.UTF8.GetBytes("microcode")),
        (".initrd", Encoding.UTF8.GetBytes("initrd of " + release)),
        (".linux", BootFixture.KernelBytes(release)));

    public static int SectionHeader(int index) => PeOffset + 24 + OptionalLength + (40 * index);

    private static int Align(int length) => (length + 511) / 512 * 512;
}
