using System.IO.Pipelines;
using CsCheck;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Envelope;

namespace Stiefel.Protocol.Tests.Envelope;

public sealed class EnvelopeRoundTripTests
{
    private const int Segment = 64 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Segment - 1)]
    [InlineData(Segment)]
    [InlineData(Segment + 1)]
    [InlineData(3 * Segment)]
    [InlineData((3 * Segment) + 17)]
    public async Task Read_WhatWasWritten_IsTheSameAndAsLongAsPredicted(int length)
    {
        var key = Sample.Bytes(32);
        var plain = Sample.Bytes(length, 2);
        var whole = await Sealed.MakeAsync(key, plain, EnvelopeKind.Data);

        Assert.Equal(EnvelopeReader.SealedLength(length), whole.Length);
        await using var reader = await EnvelopeReader.OpenAsync(new MemoryStream(whole), key, Token);
        Assert.Equal(EnvelopeKind.Data, reader.Kind);
        Assert.Equal(plain, await reader.ReadToEndAsync(length, Token));
        Assert.Equal(0, await reader.ReadAsync(new byte[1], Token));
    }

    [Fact]
    public void Read_AnySizesOfWritesReadsAndPackets_IsTheSame() =>
        Gen.Select(Gen.Int[0, 12 * Segment], Gen.Int[1, 400_000].Array[1, 5], Gen.Int[1, 100_000].Array[1, 5], Gen.Int[100, 70_000], Gen.Bool).Sample(
            (length, writes, reads, packet, synchronous) =>
            {
                var key = Sample.Bytes(32);
                var plain = Sample.Bytes(length, length);
                var stream = new MemoryStream();
                long sealedBytes;
                using (var writer = new EnvelopeWriter(PipeWriter.Create(stream), key, EnvelopeKind.Data))
                {
                    for (int at = 0, i = 0; at < length; i++)
                    {
                        var step = Math.Min(writes[i % writes.Length], length - at);
                        writer.WriteAsync(plain.AsMemory(at, step), Token).AsTask().Wait(Token);
                        at += step;
                    }

                    writer.CompleteAsync(Token).AsTask().Wait(Token);
                    sealedBytes = writer.SealedBytes;
                }

                using var reader = EnvelopeReader.OpenAsync(new PacketStream(stream.ToArray(), packet), key, Token).Result;
                var all = new MemoryStream();
                for (var i = 0; ; i++)
                {
                    var part = new byte[reads[i % reads.Length]];
                    var read = synchronous ? reader.Read(part, 0, part.Length) : reader.ReadAsync(part, Token).AsTask().Result;
                    if (read == 0)
                    {
                        break;
                    }

                    all.Write(part, 0, read);
                }

                Assert.Equal(EnvelopeReader.SealedLength(length), stream.Length);
                Assert.Equal(stream.Length, sealedBytes);
                Assert.True(all.ToArray().AsSpan().SequenceEqual(plain));
            },
            iter: Sample.Tries(60));

    [Theory]
    [InlineData(0, 52)]
    [InlineData(1, 53)]
    [InlineData(65_536, 65_588)]
    [InlineData(65_537, 65_609)]
    [InlineData(4_294_967_296, 4_294_967_296 + 32 + (65_536 * 20L))]
    [InlineData(4_294_967_297, 4_294_967_297 + 32 + (65_537 * 20L))]
    [InlineData(1L << 50, (1L << 50) + 32 + ((1L << 34) * 20))]
    public void SealedLength_SmallAndHuge_CountsHeaderAndSegments(long plain, long expected) =>
        Assert.Equal(expected, EnvelopeReader.SealedLength(plain));

    [Fact]
    public void SealedLength_Impossible_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => EnvelopeReader.SealedLength(-1));
        Assert.Throws<OverflowException>(() => EnvelopeReader.SealedLength(long.MaxValue));
    }

    [Fact]
    public async Task Write_SamePlaintextTwice_GivesUnrelatedBytes()
    {
        var key = Sample.Bytes(32);
        var first = await Sealed.MakeAsync(key, new byte[100], EnvelopeKind.Data);
        var second = await Sealed.MakeAsync(key, new byte[100], EnvelopeKind.Data);
        Assert.NotEqual(first[16..32], second[16..32]);
        Assert.NotEqual(first[36..136], second[36..136]);
    }

    [Fact]
    public async Task Refusal_WrittenAndRead_ThrowsWhatWasSaid()
    {
        var key = Sample.Bytes(32);
        var stream = new MemoryStream();
        var refusal = new Refusal(RefusalCodes.DiskInUse, "the desktop 'oak' uses this disk");
        await RefusalEnvelope.WriteAsync(PipeWriter.Create(stream), key, refusal, Token);
        stream.Position = 0;

        await using var reader = await EnvelopeReader.OpenAsync(stream, key, Token);
        Assert.Equal(EnvelopeKind.Refusal, reader.Kind);
        var thrown = await Assert.ThrowsAsync<RefusalException>(() => RefusalEnvelope.ThrowIfRefusedAsync(reader, Token));
        Assert.Equal(refusal, thrown.Refusal);
        Assert.Equal(refusal.Message, thrown.Message);
    }

    [Fact]
    public async Task ThrowIfRefused_Data_LeavesDataToRead()
    {
        var key = Sample.Bytes(32);
        await using var reader = await EnvelopeReader.OpenAsync(new MemoryStream(await Sealed.MakeAsync(key, [1, 2], EnvelopeKind.Data)), key, Token);
        await RefusalEnvelope.ThrowIfRefusedAsync(reader, Token);
        Assert.Equal([1, 2], await reader.ReadToEndAsync(2, Token));
    }

    [Fact]
    public async Task Streams_OneWayOnly_SaySo()
    {
        var key = Sample.Bytes(32);
        await using var writer = new EnvelopeWriter(PipeWriter.Create(new MemoryStream()), key, EnvelopeKind.Data);
        Assert.True(writer is { CanWrite: true, CanRead: false, CanSeek: false });
        await using var reader = await EnvelopeReader.OpenAsync(new MemoryStream(await Sealed.MakeAsync(key, [], EnvelopeKind.Data)), key, Token);
        Assert.True(reader is { CanWrite: false, CanRead: true, CanSeek: false });
    }
}
