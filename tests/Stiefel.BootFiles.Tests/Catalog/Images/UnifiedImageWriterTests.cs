using Stiefel.BootFiles.Catalog.Images;

namespace Stiefel.BootFiles.Tests.Catalog.Images;

public sealed class UnifiedImageWriterTests
{
    // Offsets of the optional header's first field, which is PE32+ (Microsoft PE Format), and of SizeOfHeaders, which leaves room for more sections.
    private const int OptionalHeader = 0x80 + 24;
    private const int SizeOfHeaders = OptionalHeader + 60;

    [Fact]
    public void Write_SectionsBehindTheStubsOwn_AreReadBackAsTheyWere()
    {
        byte[] kernel = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];
        using var output = new MemoryStream();

        UnifiedImageWriter.Write(Stub(roomForSections: 2), [Section(".cmdline", "a=b"u8.ToArray()), Section(".linux", kernel)], output);

        var image = output.ToArray();
        var read = PortableExecutable.TryRead(image, "image")!;
        Assert.Equal([".text", ".cmdline", ".linux"], read.Sections.Select(section => section.Name));
        var linux = read.Sections[2];
        Assert.Equal(kernel, image.AsSpan((int)linux.RawOffset, (int)linux.ContentLength).ToArray());
        Assert.True(read.Sections[1].VirtualAddress + read.Sections[1].VirtualSize <= linux.VirtualAddress);
    }

    [Fact]
    public void Write_NoPeFile_SaysSo() =>
        Assert.Contains("not a 64-bit PE program", Refusal(new byte[100]), StringComparison.Ordinal);

    [Fact]
    public void Write_StubEndsInItsTable_SaysThatItIsDamaged() =>
        Assert.Contains("damaged", Refusal(Stub(roomForSections: 2)[..(OptionalHeader + 0xf0)]), StringComparison.Ordinal);

    [Fact]
    public void Write_NoRoomInTheHeader_SaysSo() =>
        Assert.Contains("no room for more sections", Refusal(Stub(roomForSections: 1)), StringComparison.Ordinal);

    [Fact]
    public void Write_ContentOfAnotherLength_SaysSo()
    {
        var shrunk = new UnifiedImageSection(".linux", () => new MemoryStream([1]), 2);

        Assert.Contains("its file may have changed", Assert.Throws<UnifiedImageException>(
            () => UnifiedImageWriter.Write(Stub(roomForSections: 2), [shrunk], new MemoryStream())).Message, StringComparison.Ordinal);
    }

    private static string Refusal(byte[] stub) => Assert.Throws<UnifiedImageException>(
        () => UnifiedImageWriter.Write(stub, [Section(".x", [1]), Section(".y", [2])], new MemoryStream())).Message;

    private static UnifiedImageSection Section(string name, byte[] content) => new(name, () => new MemoryStream(content), content.Length);

    private static byte[] Stub(int roomForSections)
    {
        var stub = UnifiedImageBuilder.Build((".text", new byte[100]));
        BitConverter.TryWriteBytes(stub.AsSpan(OptionalHeader), (ushort)0x20b);
        BitConverter.TryWriteBytes(stub.AsSpan(SizeOfHeaders), (uint)UnifiedImageBuilder.SectionHeader(1 + roomForSections));
        return stub;
    }
}
