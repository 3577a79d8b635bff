using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests.Keys;

public sealed class SharedKeyTests
{
    private static readonly Dictionary<KeyPurpose, string> s_labels = new()
    {
        [KeyPurpose.Discovery] = "discovery",
        [KeyPurpose.DiscoveryAnswer] = "discovery-answer",
        [KeyPurpose.Handshake] = "handshake",
        [KeyPurpose.Session] = "session",
        [KeyPurpose.SessionId] = "session-id",
        [KeyPurpose.ServerHello] = "server-hello",
        [KeyPurpose.ClientToServer] = "client-to-server",
        [KeyPurpose.ServerToClient] = "server-to-client",
        [KeyPurpose.Answer] = "answer",
        [KeyPurpose.Export] = "export",
        [KeyPurpose.WireGuard] = "wireguard",
        [KeyPurpose.Goodbye] = "goodbye",
        [KeyPurpose.Admin] = "admin",
        [KeyPurpose.Certificate] = "certificate",
        [KeyPurpose.StickMemory] = "stick-memory",
    };

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Derive_EveryPurpose_IsHkdfByHand(int keySize)
    {
        var secret = Sample.Bytes(keySize, 5);
        using var key = SharedKey.FromBytes(secret, "k");
        foreach (var purpose in Enum.GetValues<KeyPurpose>())
        {
            foreach (var length in new[] { 16, 32, 42, 100 })
            {
                var output = new byte[length];
                key.Derive(purpose, "salt"u8, output);
                Assert.Equal(HkdfByHand(secret, "salt"u8.ToArray(), "stiefel v1 " + s_labels[purpose], length), output);
            }
        }
    }

    [Fact]
    public void Derive_DifferentPurposes_GiveDifferentKeys()
    {
        using var key = Sample.Key();
        var all = Enum.GetValues<KeyPurpose>().Select(p =>
        {
            var output = new byte[32];
            key.Derive(p, [], output);
            return Convert.ToHexString(output);
        }).ToHashSet();
        Assert.Equal(Enum.GetValues<KeyPurpose>().Length, all.Count);
    }

    [Fact]
    public void Derive_UnknownPurpose_Throws()
    {
        using var key = Sample.Key();
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Derive((KeyPurpose)99, [], new byte[32]));
    }

    // The vectors of RFC 5869, appendix A: every key here depends on the platform's HKDF.
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")]
    [InlineData(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
        "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87")]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")]
    public void Hkdf_Rfc5869Vector_Agrees(string material, string salt, string info, string expected)
    {
        var output = new byte[expected.Length / 2];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromHexString(material), output, Convert.FromHexString(salt), Convert.FromHexString(info));
        Assert.Equal(expected, Convert.ToHexStringLower(output));
        Assert.Equal(Convert.FromHexString(expected), HkdfByHand(Convert.FromHexString(material), Convert.FromHexString(salt), Convert.FromHexString(info), output.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(31)]
    [InlineData(33)]
    public void FromBytes_OtherLength_Throws(int length) =>
        Assert.Throws<ArgumentException>(() => SharedKey.FromBytes(new byte[length], "k"));

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("\u001b[2J")]
    public void FromBytes_UnprintableName_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => SharedKey.FromBytes(new byte[32], name));

    [Fact]
    public void Generate_Twice_GivesDifferentKeysAndShowsNameOnly()
    {
        using var first = SharedKey.Generate("stick");
        using var second = SharedKey.Generate("stick");
        Span<byte> one = stackalloc byte[32];
        Span<byte> other = stackalloc byte[32];
        first.Derive(KeyPurpose.Discovery, [], one);
        second.Derive(KeyPurpose.Discovery, [], other);
        Assert.False(one.SequenceEqual(other));
        Assert.Equal("stick", first.ToString());
    }

    [Fact]
    public void Dispose_Key_MakesNothingAnyMore()
    {
        // A disposed key's memory holds zeros; nothing may be derived from a key that anyone can guess.
        var key = Sample.Key();
        key.Dispose();
        var output = new byte[32];
        Assert.Throws<ObjectDisposedException>(() => key.Derive(KeyPurpose.Session, [], output));
        Assert.Throws<ObjectDisposedException>(() => key.DiscoveryMac([], output));
        Assert.Throws<ObjectDisposedException>(() => key.HandshakeMac([], output));
        Assert.All(output, b => Assert.Equal(0, b));
    }

    private static byte[] HkdfByHand(byte[] material, byte[] salt, string info, int length) =>
        HkdfByHand(material, salt, Encoding.ASCII.GetBytes(info), length);

    private static byte[] HkdfByHand(byte[] material, byte[] salt, byte[] info, int length)
    {
        var secret = HMACSHA256.HashData(salt.Length == 0 ? new byte[32] : salt, material);
        byte[] block = [];
        var output = new List<byte>();
        for (byte i = 1; output.Count < length; i++)
        {
            byte[] input = [.. block, .. info, i];
            block = HMACSHA256.HashData(secret, input);
            output.AddRange(block);
        }

        return [.. output.Take(length)];
    }
}
