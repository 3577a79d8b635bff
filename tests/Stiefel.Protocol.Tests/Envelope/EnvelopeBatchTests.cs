using System.IO.Pipelines;
using CsCheck;
using Stiefel.Protocol.Envelope;

namespace Stiefel.Protocol.Tests.Envelope;

/// <summary>Envelopes that are long enough for eight segments to be verified at once.</summary>
public sealed class EnvelopeBatchTests
{
    private const int Header = 32;
    private const int Segment = 64 * 1024;
    private const int SealedSegment = Segment + 20;
    private const int Segments = 11; // one alone, eight together, two at the end

    private readonly byte[] _key = Sample.Bytes(32);
    private readonly byte[] _plain = Sample.Bytes((Segments * Segment) - 1_000, 2);

    [Fact]
    public async Task Open_DamageInAnyPlaceOfAnySegment_IsRefusedAndGivesOnlyTrueBytesBeforeIt()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        for (var segment = 0; segment < Segments; segment++)
        {
            var start = Header + (segment * SealedSegment);
            var end = Math.Min(start + SealedSegment, whole.Length);
            foreach (var at in new[] { start, start + 3, start + 4, start + 20, start + 30_001, end - 17, end - 16, end - 1 })
            {
                var (read, refused) = await Sealed.OpenAsync(_key, Sample.FlipBit(whole, (at * 8) + (at % 8)));
                Assert.True(refused is not null, $"segment {segment}, byte {at - start}");
                Assert.True(read.Length <= segment * Segment && read.AsSpan().SequenceEqual(_plain.AsSpan(0, read.Length)), $"segment {segment}, byte {at - start}");
                Assert.True(at < start + 4 || refused.Message.StartsWith($"segment {segment} of the envelope", StringComparison.Ordinal), refused.Message);
            }
        }
    }

    [Fact]
    public async Task Open_TwoSegmentsOfABatchSwapped_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        for (var first = 1; first < 8; first++)
        {
            var forged = whole.ToArray();
            var (a, b) = (Header + (first * SealedSegment), Header + ((first + 1) * SealedSegment));
            whole.AsSpan(a, SealedSegment).CopyTo(forged.AsSpan(b));
            whole.AsSpan(b, SealedSegment).CopyTo(forged.AsSpan(a));
            var (read, refused) = await Sealed.OpenAsync(_key, forged);
            Assert.NotNull(refused);
            Assert.True(read.Length <= first * Segment);
        }
    }

    [Fact]
    public async Task Open_CutOrContinuedAtEverySegment_IsRefused()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        for (var segments = 0; segments < Segments; segments++)
        {
            var end = Header + (segments * SealedSegment);
            foreach (var cut in new[] { end - 1, end, end + 1, end + 5 })
            {
                Assert.NotNull((await Sealed.OpenAsync(_key, whole[..cut])).Refused);
            }
        }

        Assert.NotNull((await Sealed.OpenAsync(_key, [.. whole, 0])).Refused);
        Assert.NotNull((await Sealed.OpenAsync(_key, [.. whole, .. whole[Header..]])).Refused);
    }

    [Fact]
    public async Task Open_PieceCutOutOrPutIn_GivesOnlyTrueBytes()
    {
        var whole = await Sealed.MakeAsync(_key, _plain, EnvelopeKind.Data);
        await Gen.Select(Gen.Int[0, whole.Length - 1], Gen.OneOf(Gen.Int[0, 100], Gen.Int[0, 3 * SealedSegment], Gen.Const(SealedSegment)), Gen.Byte.Array[0, 40]).SampleAsync(
            async (at, cut, insert) =>
            {
                byte[] forged = [.. whole[..at], .. insert, .. whole[Math.Min(at + cut, whole.Length)..]];
                var (read, refused) = await Sealed.OpenAsync(_key, forged);
                return read.AsSpan().SequenceEqual(_plain.AsSpan(0, read.Length)) && (refused is not null || forged.AsSpan().SequenceEqual(whole));
            },
            iter: Sample.Tries(150));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(17)]
    public async Task Open_WholeSegmentsUpToTheLast_IsTheSame(int segments)
    {
        var plain = Sample.Bytes(segments * Segment, segments);
        var (read, refused) = await Sealed.OpenAsync(_key, await Sealed.MakeAsync(_key, plain, EnvelopeKind.Data));
        Assert.Null(refused);
        Assert.True(read.AsSpan().SequenceEqual(plain));
    }

    [Fact]
    public void Finish_WithAndWithoutTheProcessorsInstructions_GivesTheSameBytes()
    {
        var header = new byte[Header];
        EnvelopeFormat.WriteHeader(header, EnvelopeKind.Data, Sample.Bytes(16, 9));
        using var wide = new SegmentCipher(_key, header, wide: true);
        using var narrow = new SegmentCipher(_key, header, wide: false);
        var expected = Batch(narrow, header);
        Assert.Equal(Header + (8 * SealedSegment), expected.Length);
        Assert.True(Batch(wide, header).AsSpan().SequenceEqual(expected));
    }

    [Fact]
    public async Task Write_NobodyReadsThePipe_Throws()
    {
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        await using var writer = new EnvelopeWriter(pipe.Writer, _key, EnvelopeKind.Data);
        await Assert.ThrowsAsync<IOException>(() => writer.WriteAsync(_plain, TestContext.Current.CancellationToken).AsTask());
    }

    private byte[] Batch(SegmentCipher cipher, byte[] header)
    {
        var stream = new MemoryStream();
        var pipe = PipeWriter.Create(stream);
        var batch = new SealedBatch(pipe, cipher, header);
        for (var i = 0; i < 8; i++)
        {
            batch.Add(_plain.AsSpan(i * Segment, Segment), last: i == 7);
        }

        batch.Finish();
        pipe.Complete(); // flushes
        return stream.ToArray();
    }
}
