using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Tests.Crypto;

public sealed class SoftwareHmacSha256Tests
{
    /// <summary>RFC 4231, test cases 1 to 4.</summary>
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [InlineData("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [InlineData(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")]
    [InlineData(
        "0102030405060708090a0b0c0d0e0f10111213141516171819",
        "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b")]
    public void HashData_VectorsOfTheRfc_Agree(string key, string message, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(SoftwareHmacSha256.HashData(Convert.FromHexString(key), Convert.FromHexString(message))));

    /// <summary>The one-block example of FIPS 180-4.</summary>
    [Fact]
    public void Hash_OfAbc_IsTheStandards() => Assert.Equal(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Convert.ToHexStringLower(SoftwareHmacSha256.Hash("a"u8, "bc"u8)));

    [Fact]
    public void HashData_AnyKeyAndMessage_AgreesWithThePlatform() => Gen.Select(Gen.Byte.Array[0, 64], Gen.Byte.Array[0, 300]).Sample((key, message) =>
        Assert.Equal(HMACSHA256.HashData(key, message), SoftwareHmacSha256.HashData(key, message)));

    [Fact]
    public void HashData_EveryLengthAroundABlock_AgreesWithThePlatform()
    {
        var key = Encoding.ASCII.GetBytes("key");
        for (var length = 0; length <= 200; length++)
        {
            var message = new byte[length];
            Array.Fill(message, (byte)length);
            Assert.Equal(HMACSHA256.HashData(key, message), SoftwareHmacSha256.HashData(key, message));
        }
    }

    [Fact]
    public void HashData_LongKey_IsRefused() => Assert.Throws<ArgumentException>(() => SoftwareHmacSha256.HashData(new byte[65], []));
}
