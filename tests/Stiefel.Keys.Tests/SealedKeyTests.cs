using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys.Tests;

public sealed class SealedKeyTests
{
    private static readonly PassphraseCost s_cheap = new(PassphraseCost.MinMemoryKiB, 1, 1);
    private static readonly byte[] s_passphrase = "correct horse"u8.ToArray();

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void TryOpen_RightPassphrase_GivesTheSameKey(int size)
    {
        var secret = RandomNumberGenerator.GetBytes(size);
        var text = SealedKey.Seal(secret, s_passphrase, s_cheap).Format();

        Assert.True(SealedKey.Parse(text).TryOpen(s_passphrase, "stick", out var key));

        using var same = SharedKey.FromBytes(secret, "same");
        Assert.Equal(Derived(same), Derived(key));
        Assert.Equal("stick", key.Name);
        Assert.DoesNotContain(Convert.ToHexStringLower(secret), text, StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_UsualCost_IsWithinTheLimits()
    {
        var locked = SealedKey.Seal(new byte[32], s_passphrase, PassphraseCost.Usual);
        Assert.True(SealedKey.Parse(locked.Format()).TryOpen(s_passphrase, "k", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("correct hors")]
    [InlineData("Correct horse")]
    [InlineData("correct horse ")]
    public void TryOpen_WrongPassphrase_GivesNothing(string passphrase) =>
        Assert.False(SealedKey.Seal(new byte[32], s_passphrase, s_cheap).TryOpen(Encoding.UTF8.GetBytes(passphrase), "k", out _));

    /// <summary>The parameters are authenticated too, so nobody can lower the cost of a guess without the owner's notice.</summary>
    [Fact]
    public void TryOpen_AnyCharacterChanged_GivesNothing()
    {
        var text = SealedKey.Seal(new byte[16], s_passphrase, s_cheap).Format();
        for (var at = 0; at < text.Length; at++)
        {
            var changed = text.ToCharArray();
            changed[at] = changed[at] == '1' ? '2' : '1';
            Assert.False(Opens(new string(changed)), $"character {at} of\n{text}");
        }
    }

    [Theory]
    [InlineData("memory-kib=8192", "memory-kib=4194304")]
    [InlineData("memory-kib=8192", "memory-kib=1")]
    [InlineData("memory-kib=8192", "memory-kib=-8192")]
    [InlineData("passes=1", "passes=0")]
    [InlineData("passes=1", "passes=1000000")]
    [InlineData("lanes=1", "lanes=99999999999")]
    [InlineData("salt=", "salt=0")]
    [InlineData("sealed=", "sealed=00")]
    [InlineData("kdf=argon2id", "kdf=none")]
    [InlineData("\nsealed", "\n\nsealed")]
    public void Parse_OutsideTheLimits_IsRefused(string part, string other)
    {
        var text = SealedKey.Seal(new byte[32], s_passphrase, s_cheap).Format();
        Assert.Throws<FormatException>(() => SealedKey.Parse(text.Replace(part, other, StringComparison.Ordinal)));
    }

    [Fact]
    public void Parse_AnyCut_IsRefused()
    {
        var text = SealedKey.Seal(new byte[32], s_passphrase, s_cheap).Format();
        for (var length = 0; length < text.Length; length++)
        {
            Assert.Throws<FormatException>(() => SealedKey.Parse(text[..length]));
        }
    }

    private static bool Opens(string text)
    {
        try
        {
            return SealedKey.Parse(text).TryOpen(s_passphrase, "k", out _);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static byte[] Derived(SharedKey key)
    {
        var output = new byte[32];
        key.Derive(KeyPurpose.Session, [], output);
        return output;
    }
}
