using CsCheck;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Tests.Crypto;

public sealed class AesEaxRefusalTests
{
    private readonly byte[] _key = Sample.Bytes(32, 1);
    private readonly byte[] _nonce = Sample.Bytes(25, 2);
    private readonly byte[] _header = Sample.Bytes(32, 3);

    [Fact]
    public void TryOpen_AnyBitFlippedAnywhere_IsRefused()
    {
        using var eax = new AesEax(_key);
        var (ciphertext, tag) = Seal(eax, Sample.Bytes(50));
        var plain = new byte[ciphertext.Length];
        for (var bit = 0; bit < _nonce.Length * 8; bit++)
        {
            Assert.False(eax.TryOpen(Sample.FlipBit(_nonce, bit), _header, ciphertext, tag, plain));
        }

        for (var bit = 0; bit < _header.Length * 8; bit++)
        {
            Assert.False(eax.TryOpen(_nonce, Sample.FlipBit(_header, bit), ciphertext, tag, plain));
        }

        for (var bit = 0; bit < ciphertext.Length * 8; bit++)
        {
            Assert.False(eax.TryOpen(_nonce, _header, Sample.FlipBit(ciphertext, bit), tag, plain));
        }

        for (var bit = 0; bit < tag.Length * 8; bit++)
        {
            Assert.False(eax.TryOpen(_nonce, _header, ciphertext, Sample.FlipBit(tag, bit), plain));
        }
    }

    [Fact]
    public void TryOpen_WrongTag_LeavesPlaintextUntouched()
    {
        using var eax = new AesEax(_key);
        var (ciphertext, tag) = Seal(eax, Sample.Bytes(40_000));
        var plain = Enumerable.Repeat((byte)0x5A, 40_000).ToArray();

        Assert.False(eax.TryOpen(_nonce, _header, ciphertext, Sample.FlipBit(tag, 3), plain));
        Assert.All(plain, b => Assert.Equal(0x5A, b));
    }

    [Fact]
    public void TryOpen_PartsSwappedBetweenNonceHeaderAndText_IsRefused()
    {
        using var eax = new AesEax(_key);
        var text = Sample.Bytes(32, 9);
        var (ciphertext, tag) = Seal(eax, text);

        Assert.False(eax.TryOpen(_header, _nonce, ciphertext, tag, new byte[32]));
        Assert.False(eax.TryOpen(_nonce, ciphertext, _header, tag, new byte[32]));
        Assert.False(eax.TryOpen(_nonce, [], ciphertext, tag, new byte[32]));
        Assert.False(eax.TryOpen([], _header, ciphertext, tag, new byte[32]));
        Assert.False(eax.TryOpen(_nonce, _header, ciphertext.AsSpan(..^1), tag, new byte[31]));
    }

    [Fact]
    public void SealAndOpen_InPlace_Works() =>
        Gen.Select(Gen.Int[0, 40_000], Gen.Int).Sample(
            (length, seed) =>
            {
                using var eax = new AesEax(_key);
                var plain = Sample.Bytes(length, seed);
                var memory = (byte[])plain.Clone();
                var tag = new byte[16];
                eax.Seal(_nonce, _header, memory, memory, tag);
                var (expected, _) = Seal(eax, plain);
                Assert.Equal(expected, memory);
                Assert.True(eax.TryOpen(_nonce, _header, memory, tag, memory));
                Assert.Equal(plain, memory);
            },
            iter: Sample.Tries(50));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(24)]
    [InlineData(33)]
    public void Constructor_OtherKeyLength_Throws(int length) => Assert.Throws<ArgumentException>(() => new AesEax(new byte[length]));

    [Fact]
    public void SealAndOpen_WrongLengths_Throw()
    {
        using var eax = new AesEax(_key);
        Assert.Throws<ArgumentException>(() => eax.Seal(_nonce, _header, new byte[3], new byte[4], new byte[16]));
        Assert.Throws<ArgumentException>(() => eax.Seal(_nonce, _header, new byte[3], new byte[3], new byte[15]));
        Assert.Throws<ArgumentException>(() => eax.TryOpen(_nonce, _header, new byte[3], new byte[12], new byte[3]));
        Assert.Throws<ArgumentException>(() => eax.TryOpen(_nonce, _header, new byte[3], new byte[16], new byte[2]));
    }

    private (byte[] Ciphertext, byte[] Tag) Seal(AesEax eax, byte[] plain)
    {
        var ciphertext = new byte[plain.Length];
        var tag = new byte[AesEax.TagSize];
        eax.Seal(_nonce, _header, plain, ciphertext, tag);
        return (ciphertext, tag);
    }
}
