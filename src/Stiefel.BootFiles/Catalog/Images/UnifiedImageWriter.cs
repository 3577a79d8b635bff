using System.Buffers.Binary;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>
/// Makes one UEFI program of systemd's stub, a kernel, its command line and an initrd: they become sections, which the stub finds by name
/// (UAPI.5 Unified Kernel Image).
/// </summary>
public static class UnifiedImageWriter
{
    // The kernel must begin on a page boundary; the stub's own alignment may be finer.
    private const uint PageSize = 4096;

    /// <summary>Writes the program.</summary>
    /// <param name="stub">The content of linuxx64.efi.stub.</param>
    /// <param name="sections">Added after the stub's own sections, in this order.</param>
    /// <param name="output">Receives the program, from the present position on.</param>
    /// <exception cref="UnifiedImageException">The stub is not valid, its header has no room, or a content has another length than announced.</exception>
    public static void Write(byte[] stub, IReadOnlyList<UnifiedImageSection> sections, Stream output)
    {
        var image = (byte[])stub.Clone();
        var header = StubHeader.Read(image);
        var address = Align(header.EndOfImage, PageSize);
        var position = Align((uint)image.Length, header.FileAlignment);
        var dataStart = position;
        for (var index = 0; index < sections.Count; index++)
        {
            var length = checked((uint)sections[index].Length);
            var stored = Align(length, header.FileAlignment);
            new SectionHeader(sections[index].Name, length, address, stored, position).Write(header.NewEntry(image, index));
            address = Align(checked(address + length), PageSize);
            position = checked(position + stored);
        }

        header.Finish(image, sections.Count, address);
        output.Write(image);
        output.Write(new byte[dataStart - image.Length]);
        foreach (var section in sections)
        {
            WriteSection(section, header.FileAlignment, output);
        }
    }

    private static void WriteSection(UnifiedImageSection section, uint alignment, Stream output)
    {
        using var content = section.Open();
        var begin = output.Position;
        content.CopyTo(output);
        var written = output.Position - begin;
        if (written != section.Length)
        {
            throw new UnifiedImageException($"section {section.Name} has {written} bytes instead of the {section.Length} announced; its file may have changed: try again");
        }

        output.Write(new byte[Align((uint)written, alignment) - written]);
    }

    private static uint Align(uint value, uint alignment) => checked((value + alignment - 1) / alignment * alignment);

    /// <summary>The fields of the stub's headers that change (Microsoft PE Format, "Optional Header").</summary>
    private readonly record struct StubHeader(PortableExecutable Stub, uint FileAlignment, uint EndOfImage, uint SizeOfHeaders)
    {
        private const ushort Pe32Plus = 0x20B;
        private const int SectionCountOffset = 6;
        private const int FileAlignmentOffset = 36;
        private const int SizeOfImageOffset = 56;
        private const int SizeOfHeadersOffset = 60;
        private const int ChecksumOffset = 64;

        public static StubHeader Read(byte[] image)
        {
            try
            {
                if (PortableExecutable.TryRead(image, "the UEFI stub") is not { } stub
                    || BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan((int)stub.OptionalHeader)) != Pe32Plus)
                {
                    throw new UnifiedImageException("the UEFI stub is not a 64-bit PE program");
                }

                ReadOnlySpan<byte> optional = image.AsSpan((int)stub.OptionalHeader);
                var end = stub.Sections.Aggregate(0u, (end, section) => Math.Max(end, checked(section.VirtualSize + section.VirtualAddress)));
                return new StubHeader(
                    stub,
                    Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(optional[FileAlignmentOffset..]), 512, 65536),
                    Math.Max(end, BinaryPrimitives.ReadUInt32LittleEndian(optional[SizeOfImageOffset..])),
                    BinaryPrimitives.ReadUInt32LittleEndian(optional[SizeOfHeadersOffset..]));
            }
            catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException or InvalidDataException)
            {
                throw new UnifiedImageException("the UEFI stub is damaged", error);
            }
        }

        public Span<byte> NewEntry(byte[] image, int index)
        {
            var begin = Stub.SectionTable + ((Stub.Sections.Count + index) * SectionHeader.Size);
            return begin + SectionHeader.Size <= SizeOfHeaders
                ? image.AsSpan((int)begin, SectionHeader.Size)
                : throw new UnifiedImageException("the header of the UEFI stub has no room for more sections");
        }

        public void Finish(byte[] image, int added, uint endOfImage)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan((int)Stub.FileHeader + SectionCountOffset), (ushort)(Stub.Sections.Count + added));
            var optional = image.AsSpan((int)Stub.OptionalHeader);
            BinaryPrimitives.WriteUInt32LittleEndian(optional[SizeOfImageOffset..], endOfImage);
            BinaryPrimitives.WriteUInt32LittleEndian(optional[ChecksumOffset..], 0); // 0 means no checksum; firmware does not check it
        }
    }
}
