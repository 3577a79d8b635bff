using System.Buffers.Binary;
using System.IO.Pipelines;
using CsCheck;
using Stiefel.Protocol.Envelope;

namespace Stiefel.Protocol.Tests.Envelope;

public sealed class EnvelopeRefusalTests
{
    private const int Header = 32;
    private const int Segment = 64 * 1024;
    private const int SealedSegment = Segment + 20;

    private readonly byte[] _key = Sample.Bytes(32);
    private readonly byte[] _plain = Sample.Bytes((2 * Segment) + 1000, 2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_CutAnywhere_IsRefusedAndGivesOnlyTrueBytes()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        int[] boundaries = [0, 4, Header, Header + 4, Header + SealedSegment, Header + SealedSegment + 4, Header + (2 * SealedSegment), Header + (2 * SealedSegment) + 4, whole.Length];
        foreach (var cut in boundaries.SelectMany(b => new[] { b - 1, b, b + 1 }).Where(c => c >= 0 && c < whole.Length))
        {
            var (read, refused) = await Sealed.OpenAsync(_key, whole[..cut]);
            Assert.NotNull(refused);
            Assert.True(read.AsSpan().SequenceEqual(_plain.AsSpan(0, read.Length)), $"cut at {cut}");
            Assert.True(read.Length <= Math.Max(0, (cut - Header) / SealedSegment) * Segment, $"cut at {cut}");
        }
    }

    [Fact]
    public async Task Open_LastSegmentsDroppedAndMarkForged_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        var cut = whole[..(Header + SealedSegment)];
        cut[Header] |= 0x80;
        Assert.NotNull((await Sealed.OpenAsync(_key, cut)).Refused);
    }

    [Fact]
    public async Task Open_AnyBitFlipped_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, Sample.Bytes(40, 3), EnvelopeKind.Data);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var (read, refused) = await Sealed.OpenAsync(_key, Sample.FlipBit(whole, bit));
            Assert.True(refused is not null, $"bit {bit}");
            Assert.Empty(read);
        }
    }

    [Fact]
    public async Task Open_BitFlippedInAnySegment_IsRefusedThere()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        for (var at = Header; at < whole.Length; at += 7_919)
        {
            var (read, refused) = await Sealed.OpenAsync(_key, Sample.FlipBit(whole, (at * 8) + (at % 8)));
            Assert.NotNull(refused);
            Assert.True(read.Length <= (at - Header) / SealedSegment * Segment);
        }
    }

    [Fact]
    public async Task Open_SegmentsSwappedRepeatedOrFromAnotherEnvelope_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        var other = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        var (header, first, second, last) = (whole[..Header], Part(whole, 0), Part(whole, 1), whole[(Header + (2 * SealedSegment))..]);
        byte[][] forgeries =
        [
            [.. header, .. second, .. first, .. last],
            [.. header, .. first, .. first, .. second, .. last],
            [.. header, .. first, .. last],
            [.. header, .. second, .. last],
            [.. header, .. last],
            [.. header, .. first, .. Part(other, 1), .. last],
            [.. other[..Header], .. first, .. second, .. last],
        ];
        foreach (var forgery in forgeries)
        {
            Assert.NotNull((await Sealed.OpenAsync(_key, forgery)).Refused);
        }
    }

    [Fact]
    public async Task Open_BytesAppended_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        Assert.NotNull((await Sealed.OpenAsync(_key, [.. whole, 0])).Refused);
        Assert.NotNull((await Sealed.OpenAsync(_key, [.. whole, .. whole])).Refused);
        Assert.NotNull((await Sealed.OpenAsync(_key, [.. whole, .. whole[^1020..]])).Refused);
    }

    [Fact]
    public async Task Open_WrongKey_IsRefusedBeforeAnyByte()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        await Assert.ThrowsAsync<EnvelopeException>(() => EnvelopeReader.OpenAsync(new MemoryStream(whole), Sample.Bytes(32, 99), Token));
    }

    [Fact]
    public async Task Open_KindChanged_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, "{}"u8.ToArray(), EnvelopeKind.Data);
        whole[5] = (byte)EnvelopeKind.Refusal;
        await Assert.ThrowsAsync<EnvelopeException>(() => EnvelopeReader.OpenAsync(new MemoryStream(whole), _key, Token));
    }

    [Theory]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x0001_0001u)]
    [InlineData(0x8001_0001u)]
    [InlineData(0x0000_FFFFu)]
    [InlineData(0x0000_0000u)]
    public async Task Open_LengthNotAllowed_IsRefusedWithoutReadingIt(uint frame)
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        BinaryPrimitives.WriteUInt32BigEndian(whole.AsSpan(Header), frame);
        var source = new MemoryStream(whole);
        await Assert.ThrowsAsync<EnvelopeException>(() => EnvelopeReader.OpenAsync(source, _key, Token));
        Assert.Equal(Header + 4, source.Position);
    }

    [Fact]
    public async Task Read_AfterARefusal_IsRefusedAgain()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        whole[Header + SealedSegment + 100] ^= 1;
        await using var reader = await EnvelopeReader.OpenAsync(new MemoryStream(whole), _key, Token);
        var part = new byte[Segment];
        Assert.Equal(Segment, await reader.ReadAsync(part, Token));
        var first = await Assert.ThrowsAsync<EnvelopeException>(() => reader.ReadAsync(part, Token).AsTask());
        var second = await Assert.ThrowsAsync<EnvelopeException>(() => reader.ReadAsync(part, Token).AsTask());
        Assert.StartsWith("segment 1 of the envelope", first.Message, StringComparison.Ordinal);
        Assert.Equal(first.Message, second.Message);
    }

    [Fact]
    public async Task Read_SourceBreaksOff_IsRefusedFromThenOn()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        await using var reader = await EnvelopeReader.OpenAsync(new BreakingStream(whole, Header + SealedSegment + 10), _key, Token);
        var part = new byte[Segment];
        Assert.Equal(Segment, await reader.ReadAsync(part, Token));
        await Assert.ThrowsAsync<IOException>(() => reader.ReadAsync(part, Token).AsTask());
        await Assert.ThrowsAsync<EnvelopeException>(() => reader.ReadAsync(part, Token).AsTask());
    }

    [Fact]
    public async Task Read_AfterDispose_Throws()
    {
        var reader = await EnvelopeReader.OpenAsync(new MemoryStream(await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data)), _key, Token);
        await reader.DisposeAsync();
        await reader.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.ReadAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    public async Task Dispose_InTheMiddle_LeavesTheStreamsOpen()
    {
        var content = Sample.Bytes(20 * Segment, 4);
        var stream = new MemoryStream();
        await using (var writer = new EnvelopeWriter(PipeWriter.Create(stream), _key, EnvelopeKind.Data))
        {
            await writer.WriteAsync(content, Token);
        }

        Assert.True(stream.CanWrite);
        stream.Position = 0;
        await using (var reader = await EnvelopeReader.OpenAsync(stream, _key, Token))
        {
            await reader.ReadExactlyAsync(new byte[3 * Segment], Token);
        }

        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task Open_EmptyLastSegmentAfterOthers_IsReadToItsEnd()
    {
        // Our writer never makes such a segment, but it is correctly sealed in its place.
        using var eax = new Protocol.Crypto.AesEax(_key);
        var whole = await Sealed.MakeAsync(_key, _plain[..(Segment + 1)], EnvelopeKind.Data);
        byte[] forged = [.. whole[..(Header + SealedSegment)], 0x80, 0, 0, 0, .. new byte[16]];
        eax.Seal([.. whole[16..32], 0, 0, 0, 0, 0, 0, 0, 1, 1], whole.AsSpan(..Header), [], [], forged.AsSpan(^16));
        var (read, refused) = await Sealed.OpenAsync(_key, forged);
        Assert.Null(refused);
        Assert.Equal(_plain[..Segment], read);
        Assert.NotNull((await Sealed.OpenAsync(_key, [.. forged, 1])).Refused);
    }

    [Fact]
    public async Task Open_Mutated_IsRefusedOrTheSame()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        await Gen.Select(Gen.Int[0, whole.Length - 1], Gen.OneOf(Gen.Int[0, 100], Gen.Int[0, 70_000]), Gen.Byte.Array[0, 40]).SampleAsync(
            async (at, cut, insert) =>
            {
                byte[] forged = [.. whole[..at], .. insert, .. whole[Math.Min(at + cut, whole.Length)..]];
                var (read, refused) = await Sealed.OpenAsync(_key, forged);
                return read.AsSpan().SequenceEqual(_plain.AsSpan(0, read.Length)) && (refused is not null || forged.AsSpan().SequenceEqual(whole));
            },
            iter: Sample.Tries(200));
    }

    [Fact]
    public Task Open_RandomBytes_IsRefused() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 2]).SampleAsync(
            async (bytes, shape) =>
            {
                var whole = shape == 0 ? bytes : [.. "STFE"u8, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. new byte[16], .. shape == 1 ? [] : (byte[])[0x80, 0, 0], .. bytes];
                return await Sealed.OpenAsync(_key, whole) is { Refused: not null, Read: [] };
            },
            iter: Sample.Tries(1_000));

    [Fact]
    public async Task Writer_DisposedBeforeComplete_LeavesSomethingRefused()
    {
        var stream = new MemoryStream();
        await using (var writer = new EnvelopeWriter(PipeWriter.Create(stream), _key, EnvelopeKind.Data))
        {
            await writer.WriteAsync(_plain, Token);
        }

        Assert.NotNull((await Sealed.OpenAsync(_key, stream.ToArray())).Refused);
    }

    [Fact]
    public async Task Writer_DisposedAfterABatchLeft_LeavesTrueBytesAndNoEnd()
    {
        var stream = new MemoryStream();
        var plain = Sample.Bytes(20 * Segment, 5);
        await using (var writer = new EnvelopeWriter(PipeWriter.Create(stream), _key, EnvelopeKind.Data))
        {
            await writer.WriteAsync(plain, Token);
        }

        Assert.Equal(Header + (16 * SealedSegment), stream.Length);
        var (read, refused) = await Sealed.OpenAsync(_key, stream.ToArray());
        Assert.NotNull(refused);
        Assert.NotEmpty(read);
        Assert.True(read.AsSpan().SequenceEqual(plain.AsSpan(0, read.Length)));
    }

    [Fact]
    public async Task Writer_ABatchDidNotLeave_CannotBecomeWhole()
    {
        await using var writer = new EnvelopeWriter(PipeWriter.Create(new FailingStream()), _key, EnvelopeKind.Data);
        var plain = new byte[10 * Segment];
        await Assert.ThrowsAsync<IOException>(() => writer.WriteAsync(plain, Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync(plain, Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Token).AsTask());
    }

    [Fact]
    public async Task Writer_CancelledBeforeABatchLeaves_HandsNothingOver()
    {
        var stream = new MemoryStream();
        await using var writer = new EnvelopeWriter(PipeWriter.Create(stream), _key, EnvelopeKind.Data);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.WriteAsync(new byte[10 * Segment], new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(0, writer.SealedBytes);
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public async Task Writer_WriteAfterComplete_Throws()
    {
        await using var writer = new EnvelopeWriter(PipeWriter.Create(new MemoryStream()), _key, EnvelopeKind.Data);
        await writer.CompleteAsync(Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer.WriteAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer.CompleteAsync(Token).AsTask());
    }

    [Fact]
    public async Task ReadToEnd_MoreThanTheLimit_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, new byte[1001], EnvelopeKind.Data);
        await using var reader = await EnvelopeReader.OpenAsync(new MemoryStream(whole), _key, Token);
        await Assert.ThrowsAsync<EnvelopeException>(() => reader.ReadToEndAsync(1000, Token));
    }

    private static byte[] Part(byte[] whole, int index) => whole[(Header + (index * SealedSegment))..(Header + ((index + 1) * SealedSegment))];
}
