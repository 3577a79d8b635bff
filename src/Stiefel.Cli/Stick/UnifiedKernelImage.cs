using System.Buffers.Binary;
using Stiefel.Cli.Verbs;

namespace Stiefel.Cli.Stick;

/// <summary>One more section of a unified kernel image: a file or a few bytes.</summary>
internal sealed record UkiSection(string Name, Func<Stream> Open, long Length);

/// <summary>
/// One UEFI program made of systemd's stub, a kernel, its command line and an initrd, which are sections that the stub looks for by name
/// (UAPI.5 Unified Kernel Image; layout: Microsoft PE format, "COFF File Header" to "Section Table").
/// </summary>
internal static class UnifiedKernelImage
{
    private const int PeOffsetField = 0x3C;
    private const int CoffHeaderSize = 24; // with the signature
    private const int SectionHeaderSize = 40;
    private const uint ReadOnlyData = 0x40000040; // IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ
    private const ushort Pe32Plus = 0x20B;

    // The kernel wants to stand on a page; the stub's own alignment may be finer.
    private const uint PageSize = 4096;

    /// <summary>Writes the program.</summary>
    /// <param name="stub">The bytes of linuxx64.efi.stub.</param>
    /// <param name="sections">Added behind the stub's own, in this order.</param>
    /// <param name="output">Where to, from its present position.</param>
    /// <exception cref="FailedException">The stub is none, or its header has no room.</exception>
    public static void Write(byte[] stub, IReadOnlyList<UkiSection> sections, Stream output)
    {
        byte[] image = (byte[])stub.Clone();
        StubHeader header = StubHeader.Read(image);
        uint address = Align(header.EndOfImage, PageSize);
        uint position = Align((uint)image.Length, header.FileAlignment);
        uint dataStart = position;
        for (int index = 0; index < sections.Count; index++)
        {
            UkiSection section = sections[index];
            uint length = checked((uint)section.Length);
            uint stored = Align(length, header.FileAlignment);
            Span<byte> entry = header.SectionEntry(image, index);
            entry.Clear();
            System.Text.Encoding.ASCII.GetBytes(section.Name, entry[..8]);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], address);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], stored);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[20..], position);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[36..], ReadOnlyData);
            address = Align(checked(address + length), PageSize);
            position = checked(position + stored);
        }

        header.Finish(image, sections.Count, address);
        output.Write(image);
        output.Write(new byte[dataStart - image.Length]);
        foreach (UkiSection section in sections)
        {
            WriteSection(section, header.FileAlignment, output);
        }
    }

    private static void WriteSection(UkiSection section, uint alignment, Stream output)
    {
        using Stream content = section.Open();
        long begin = output.Position;
        content.CopyTo(output);
        long written = output.Position - begin;
        if (written != section.Length)
        {
            throw new FailedException($"section {section.Name} has {written} bytes where {section.Length} were announced: did the file change meanwhile?");
        }

        output.Write(new byte[Align((uint)written, alignment) - written]);
    }

    private static uint Align(uint value, uint alignment) => checked((value + alignment - 1) / alignment * alignment);

    /// <summary>The parts of the stub's headers that matter here.</summary>
    private readonly record struct StubHeader(int Coff, int Optional, int SectionTable, int SectionCount, uint FileAlignment, uint EndOfImage, uint SizeOfHeaders)
    {
        public static StubHeader Read(ReadOnlySpan<byte> image)
        {
            try
            {
                int coff = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(image[PeOffsetField..]));
                int optional = coff + CoffHeaderSize;
                bool isPe = image.StartsWith("MZ"u8) && image[coff..].StartsWith("PE\0\0"u8)
                    && BinaryPrimitives.ReadUInt16LittleEndian(image[optional..]) == Pe32Plus;
                if (!isPe)
                {
                    throw new FailedException("the UEFI stub is not a 64-bit PE program");
                }

                int count = BinaryPrimitives.ReadUInt16LittleEndian(image[(coff + 6)..]);
                int table = optional + BinaryPrimitives.ReadUInt16LittleEndian(image[(coff + 20)..]);
                uint end = 0;
                for (int index = 0; index < count; index++)
                {
                    ReadOnlySpan<byte> entry = image.Slice(table + (index * SectionHeaderSize), SectionHeaderSize);
                    end = Math.Max(end, checked(BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]) + BinaryPrimitives.ReadUInt32LittleEndian(entry[12..])));
                }

                return new StubHeader(
                    coff, optional, table, count,
                    Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(image[(optional + 36)..]), 512, 65536),
                    Math.Max(end, BinaryPrimitives.ReadUInt32LittleEndian(image[(optional + 56)..])),
                    BinaryPrimitives.ReadUInt32LittleEndian(image[(optional + 60)..]));
            }
            catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
            {
                throw new FailedException("the UEFI stub is damaged", error);
            }
        }

        public Span<byte> SectionEntry(byte[] image, int index)
        {
            int begin = SectionTable + ((SectionCount + index) * SectionHeaderSize);
            return begin + SectionHeaderSize <= SizeOfHeaders
                ? image.AsSpan(begin, SectionHeaderSize)
                : throw new FailedException("the header of the UEFI stub has no room for more sections");
        }

        public void Finish(byte[] image, int added, uint endOfImage)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(Coff + 6), (ushort)(SectionCount + added));
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(Optional + 56), endOfImage);
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(Optional + 64), 0); // no checksum: no firmware asks for one
        }
    }
}
