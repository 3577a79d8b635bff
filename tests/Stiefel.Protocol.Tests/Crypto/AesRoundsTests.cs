using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using CsCheck;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Tests.Crypto;

/// <summary>These tests need a processor with AES instructions, and fail without them.</summary>
public sealed class AesRoundsTests
{
    private const int Block = 16;
    private const int Lanes = 8;

    [Fact]
    public void EncryptEight_VectorOfFips197_GivesItInEveryLane()
    {
        // FIPS 197, appendix C.3.
        var key = Convert.FromHexString("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
        var plain = Convert.FromHexString("00112233445566778899AABBCCDDEEFF");
        var encrypted = EncryptEight(key, [.. Enumerable.Repeat(plain, Lanes).SelectMany(b => b)]);
        Assert.All(encrypted.Chunk(Block), block => Assert.Equal("8EA2B7CA516745BFEAFC49904B496089", Convert.ToHexString(block)));
    }

    [Fact]
    public void EncryptEight_AnyKeyAndBlocks_AgreesWithThePlatform() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[Lanes * Block]).Sample(
            (key, blocks) =>
            {
                using var aes = Aes.Create();
                aes.Key = key;
                return EncryptEight(key, blocks).AsSpan().SequenceEqual(aes.EncryptEcb(blocks, PaddingMode.None));
            },
            iter: Sample.Tries(2_000));

    [Fact]
    public void Counter_AnyStartAndLength_AgreesWithThePlatform() =>
        Gen.Select(
            Gen.Byte.Array[32], Gen.ULong, Gen.OneOf(Gen.ULong, Gen.ULong[ulong.MaxValue - 40, ulong.MaxValue]), Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 40_000]), Gen.Bool).Sample(
            (key, high, low, length, inPlace) =>
            {
                var plain = Sample.Bytes(length, length);
                var start = new byte[Block];
                BinaryPrimitives.WriteUInt64BigEndian(start, high);
                BinaryPrimitives.WriteUInt64BigEndian(start.AsSpan(8), low);
                using var aes = Aes.Create();
                aes.Key = key;
                using var platform = new CounterStream(aes, new byte[1024], rounds: null);
                var expected = new byte[length];
                platform.Apply(start, plain, expected);

                using var rounds = new AesRounds(key);
                using var wide = new CounterStream(aes, new byte[1024], rounds);
                var output = inPlace ? plain : new byte[length];
                wide.Apply(start, plain, output);
                return output.AsSpan().SequenceEqual(expected);
            },
            iter: Sample.Tries(500));

    [Fact]
    public void Omac_EightMessages_AgreesWithOneAfterTheOther() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Int[1, 200], Gen.Int[0, 50], Gen.Int[0, 2]).Sample(
            (key, blocks, gap, which) =>
            {
                var (length, stride) = (blocks * Block, (blocks * Block) + gap);
                var messages = Sample.Bytes((Lanes * stride) - gap, stride);
                using var aes = Aes.Create();
                aes.Key = key;
                using var rounds = new AesRounds(key);
                using var wide = new Omac(aes, new byte[256], rounds);
                using var narrow = new Omac(aes, new byte[256], rounds: null);
                var (together, apart, each) = (new byte[Lanes * Block], new byte[Lanes * Block], new byte[Lanes * Block]);
                wide.ComputeEight(which, messages, stride, length, together);
                narrow.ComputeEight(which, messages, stride, length, apart);
                for (var i = 0; i < Lanes; i++)
                {
                    narrow.Compute(which, messages.AsSpan(i * stride, length), each.AsSpan(i * Block, Block));
                }

                return together.AsSpan().SequenceEqual(each) && apart.AsSpan().SequenceEqual(each);
            },
            iter: Sample.Tries(300));

    [Theory]
    [InlineData(8 * 32, 32, 33, 128)]
    [InlineData((8 * 32) - 1, 32, 32, 128)]
    [InlineData(8 * 32, 31, 32, 128)]
    [InlineData(8 * 32, 32, 0, 128)]
    [InlineData(8 * 32, 32, 32, 127)]
    [InlineData(16, int.MaxValue, 16, 128)]
    public void Omac_LengthsThatDoNotFit_AreRefused(int messages, int stride, int length, int macs)
    {
        using var rounds = new AesRounds(new byte[32]);
        Assert.Throws<ArgumentException>(() => WideOmac.Chain(rounds, new byte[16], new byte[16], new byte[messages], stride, length, new byte[macs]));
    }

    [Fact]
    public void Everything_AfterDispose_Throws()
    {
        var rounds = new AesRounds(new byte[32]);
        rounds.Dispose();
        Assert.Throws<ObjectDisposedException>(() => WideCounter.Apply(rounds, 0, 0, new byte[16], new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => WideOmac.Chain(rounds, new byte[16], new byte[16], new byte[8 * 16], 16, 16, new byte[128]));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public void Constructor_OtherKeyLength_Throws(int length) => Assert.Throws<ArgumentOutOfRangeException>(() => new AesRounds(new byte[length]));

    private static byte[] EncryptEight(byte[] key, byte[] blocks)
    {
        using var rounds = new AesRounds(key);
        var b = Enumerable.Range(0, Lanes).Select(i => Vector128.Create(blocks, i * Block)).ToArray();
        rounds.EncryptEight(ref b[0], ref b[1], ref b[2], ref b[3], ref b[4], ref b[5], ref b[6], ref b[7]);
        var output = new byte[Lanes * Block];
        for (var i = 0; i < Lanes; i++)
        {
            b[i].CopyTo(output, i * Block);
        }

        return output;
    }
}
