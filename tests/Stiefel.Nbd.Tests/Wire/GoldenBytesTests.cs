using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Wire;

/// <summary>Bytes typed from the field tables of proto.md, not produced by the code under test.</summary>
public sealed class GoldenBytesTests
{
    [Fact]
    public void Request_Compact_IsAsInProtoMd()
    {
        var golden = Convert.FromHexString("25609513" + "0001" + "0001" + "1122334455667788" + "0000000000100000" + "00020000");

        Assert.True(NbdRequest.TryRead(golden, ReplyFormat.Simple, out var request));
        Assert.Equal(new NbdRequest(NbdCommandFlags.Fua, NbdCommand.Write, 0x1122334455667788, 0x100000, 0x20000), request);
        var written = new byte[NbdRequest.CompactSize];
        request.Write(written, ReplyFormat.Simple);
        Assert.Equal(golden, written);
    }

    [Fact]
    public void Request_Extended_IsAsInProtoMd()
    {
        var golden = Convert.FromHexString("21e41c71" + "0010" + "0006" + "0102030405060708" + "00000001fffff000" + "0000000200000000");

        Assert.True(NbdRequest.TryRead(golden, ReplyFormat.Extended, out var request));
        Assert.Equal(new NbdRequest(NbdCommandFlags.FastZero, NbdCommand.WriteZeroes, 0x0102030405060708, 0x1fffff000, 0x200000000), request);
        var written = new byte[NbdRequest.ExtendedSize];
        request.Write(written, ReplyFormat.Extended);
        Assert.Equal(golden, written);
    }

    [Fact]
    public void Request_OfTheOtherFormat_IsRefused()
    {
        var compact = Convert.FromHexString("25609513" + "0000" + "0000" + "0000000000000000" + "0000000000000000" + "0000000000000000");

        Assert.False(NbdRequest.TryRead(compact, ReplyFormat.Extended, out _));
    }

    [Fact]
    public void SimpleReply_IsAsInProtoMd()
    {
        var golden = Convert.FromHexString("67446698" + "0000001c" + "1122334455667788");
        var written = new byte[SimpleReply.Size];

        new SimpleReply(NbdError.NoSpace, 0x1122334455667788).Write(written);

        Assert.Equal(golden, written);
    }

    [Fact]
    public void Chunk_Structured_IsAsInProtoMd()
    {
        var golden = Convert.FromHexString("668e33ef" + "0001" + "8001" + "1122334455667788" + "00000006");
        var written = new byte[ChunkHeader.StructuredSize];

        new ChunkHeader(true, ChunkType.Error, 0x1122334455667788, 0, 6).Write(written, ReplyFormat.Structured);

        Assert.Equal(golden, written);
    }

    [Fact]
    public void Chunk_Extended_IsAsInProtoMd()
    {
        var golden = Convert.FromHexString("6e8a278c" + "0000" + "0006" + "1122334455667788" + "0000000000004000" + "0000000000000018");
        var written = new byte[ChunkHeader.ExtendedSize];

        new ChunkHeader(false, ChunkType.BlockStatusExt, 0x1122334455667788, 0x4000, 24).Write(written, ReplyFormat.Extended);

        Assert.Equal(golden, written);
    }

    [Fact]
    public void Option_IsAsInProtoMd()
    {
        byte[] golden = [.. "IHAVEOPT"u8, 0, 0, 0, 7, 0, 0, 0, 10];

        Assert.True(OptionHeader.TryRead(golden, out var header));
        Assert.Equal(new OptionHeader(NbdOption.Go, 10), header);
    }

    [Fact]
    public void OptionReply_IsAsInProtoMd()
    {
        var golden = Convert.FromHexString("0003e889045565a9" + "00000003" + "80000001" + "00000000");
        var written = new byte[OptionReplyHeader.Size];

        new OptionReplyHeader(NbdOption.List, OptionReplyType.ErrorUnsupported, 0).Write(written);

        Assert.Equal(golden, written);
    }
}
