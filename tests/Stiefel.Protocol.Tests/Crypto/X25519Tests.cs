using CsCheck;
using Org.BouncyCastle.Math.EC.Rfc7748;
using OurX25519 = Stiefel.Protocol.Crypto.X25519;

namespace Stiefel.Protocol.Tests.Crypto;

public sealed class X25519Tests
{
    private const int KeySize = OurX25519.KeySize;

    // RFC 7748 §5.2.
    [Theory]
    [InlineData("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d", "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493", "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void Multiply_VectorsOfTheRfc_Agree(string scalar, string u, string expected) => Assert.Equal(expected, Multiply(scalar, u));

    // The iterated vector of RFC 7748 §5.2.
    [Theory]
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void Multiply_Iterated_AgreesWithTheRfc(int times, string expected)
    {
        var k = new byte[KeySize];
        k[0] = 9;
        var u = k.ToArray();
        for (var i = 0; i < times; i++)
        {
            var result = new byte[KeySize];
            OurX25519.Multiply(k, u, result);
            (u, k) = (k, result);
        }

        Assert.Equal(expected, Convert.ToHexStringLower(k));
    }

    // RFC 7748 §6.1.
    [Theory]
    [InlineData("77076d0a7318a57d3c16c17251b26645df4c2f92ebc099b1fdc2edb86cd0cda6", null)]
    [InlineData("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")]
    public void PublicKeyOf_Key_AgreesWithTheRfcAndBouncyCastle(string key, string? expected)
    {
        var ours = OurX25519.PublicKeyOf(Convert.FromHexString(key));
        Assert.Equal(Foreign(Convert.FromHexString(key)), ours);
        Assert.Equal(expected ?? Convert.ToHexStringLower(ours), Convert.ToHexStringLower(ours));
    }

    [Fact]
    public void Multiply_AnyScalarAndPoint_AgreesWithBouncyCastle() => Gen.Select(Gen.Byte.Array[KeySize], Gen.Byte.Array[KeySize]).Sample(
        (scalar, u) =>
        {
            var (ours, theirs) = (new byte[KeySize], new byte[KeySize]);
            OurX25519.Multiply(scalar, u, ours);
            X25519.ScalarMult(scalar, 0, u, 0, theirs, 0);
            return ours.AsSpan().SequenceEqual(theirs);
        },
        iter: Sample.Tries(100));

    // Extreme values: the prime and its neighbours, 2^255 − 1, points of low order (RFC 7748 §7; all give zero), scalars of all ones.
    [Theory]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    public void Multiply_EdgesOfTheField_AgreeWithBouncyCastle(string u)
    {
        foreach (var scalar in (string[])[new('f', 2 * KeySize), new('0', 2 * KeySize), new('5', 2 * KeySize)])
        {
            var theirs = new byte[KeySize];
            X25519.ScalarMult(Convert.FromHexString(scalar), 0, Convert.FromHexString(u), 0, theirs, 0);
            Assert.Equal(Convert.ToHexStringLower(theirs), Multiply(scalar, u));
        }
    }

    [Fact]
    public void Multiply_OtherLengths_AreRefused() => Assert.Throws<ArgumentException>(() => OurX25519.PublicKeyOf(new byte[KeySize - 1]));

    private static string Multiply(string scalar, string u)
    {
        var result = new byte[KeySize];
        OurX25519.Multiply(Convert.FromHexString(scalar), Convert.FromHexString(u), result);
        return Convert.ToHexStringLower(result);
    }

    private static byte[] Foreign(byte[] key)
    {
        var result = new byte[KeySize];
        X25519.ScalarMultBase(key, 0, result, 0);
        return result;
    }
}
