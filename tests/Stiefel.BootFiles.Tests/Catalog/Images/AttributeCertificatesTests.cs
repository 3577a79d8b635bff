using System.Buffers.Binary;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Protocol.Tests.Fuzz;

namespace Stiefel.BootFiles.Tests.Catalog.Images;

public sealed class AttributeCertificatesTests
{
    // Microsoft PE Format: the PE signature is at 0x40, the optional header follows, and the certificates are the fifth data directory.
    private const int OptionalHeader = 0x58;
    private const int ImageLength = 0x200;
    private const long Most = 4 << 20;

    private readonly MemoryTree _tree = new();

    [Theory]
    [InlineData(0x10b, 96)]
    [InlineData(0x20b, 112)]
    public void Read_TwoSignatures_GivesEachAsItStands(ushort magic, int directories)
    {
        // Each has its length with the header, revision 2.0 and type PKCS #7; the second begins at the next multiple of eight.
        byte[] table = [11, 0, 0, 0, 0, 2, 2, 0, 1, 2, 3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 2, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0];

        Assert.Equal([[1, 2, 3], [4]], Read(Image(magic, directories, table, table.Length)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(1 << 30)]
    [InlineData(-1)]
    public void Read_TableIsAbsentOrCannotBeTrue_GivesNone(int length) => Assert.Empty(Read(Image(0x20b, 112, [11, 0, 0, 0, 0, 2, 2, 0, 1, 2, 3], length)));

    [Fact]
    public void Read_SignatureLongerThanItsTable_EndsTheList() =>
        Assert.Equal([[1, 2, 3]], Read(Image(0x20b, 112, [11, 0, 0, 0, 0, 2, 2, 0, 1, 2, 3, 0, 0, 0, 0, 0, 99, 0, 0, 0, 0, 2, 2, 0, 4], 25)));

    [Fact]
    public void Read_NoPeFile_GivesNone() => Assert.Empty(Read("#!/bin/sh\n"u8.ToArray()));

    [Fact]
    public void Read_Damaged_IsHandled() => HostileInput.Feed(
        [Image(0x20b, 112, [11, 0, 0, 0, 0, 2, 2, 0, 1, 2, 3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 2, 2, 0, 4], 25)], 20_000, Most, image =>
            Assert.True(Read(image).Sum(signature => signature.Length) <= image.Length));

    private IReadOnlyList<byte[]> Read(byte[] image)
    {
        using var file = _tree.Write("kernel", image).OpenFile("kernel")!;
        return AttributeCertificates.Read(file);
    }

    private static byte[] Image(ushort magic, int directories, byte[] table, int length)
    {
        var image = new byte[ImageLength];
        "MZ"u8.CopyTo(image);
        image[0x3c] = 0x40;
        "PE\0\0"u8.CopyTo(image.AsSpan(0x40));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(OptionalHeader), magic);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(OptionalHeader + directories + 32), ImageLength);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(OptionalHeader + directories + 36), length);
        return [.. image, .. table];
    }
}
