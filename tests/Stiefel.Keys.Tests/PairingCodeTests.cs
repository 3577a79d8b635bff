using System.Security.Cryptography;

namespace Stiefel.Keys.Tests;

public sealed class PairingCodeTests
{
    [Theory]
    [InlineData(16, 7)]
    [InlineData(32, 14)]
    public void Encode_AnyKey_IsReadBack(int size, int groups)
    {
        for (var i = 0; i < 1000; i++)
        {
            var secret = RandomNumberGenerator.GetBytes(size);
            var code = PairingCode.Encode(secret);
            Assert.Matches($"^([0-9A-HJKMNP-TV-Z]{{5}}-){{{groups - 1}}}[0-9A-HJKMNP-TV-Z]{{5}}$", code);
            Assert.True(PairingCode.TryDecode(code, out var back, out _));
            Assert.Equal(secret, back);
        }
    }

    /// <summary>The garbage collector leaves copies when it moves data. It counts pinned data as the oldest generation from the beginning.</summary>
    [Fact]
    public void TryDecode_Key_LiesWhereTheCollectorLeavesIt()
    {
        Assert.True(PairingCode.TryDecode(PairingCode.Encode(RandomNumberGenerator.GetBytes(32)), out var secret, out _));
        Assert.Equal(GC.MaxGeneration, GC.GetGeneration(secret));
    }

    [Fact]
    public void TryDecode_AsPeopleType_IsTheSame()
    {
        var secret = new byte[16];
        var code = PairingCode.Encode(secret);
        foreach (var typed in new[] { code.ToLowerInvariant(), code.Replace("-", "", StringComparison.Ordinal), code.Replace('-', ' '), code.Replace('0', 'O'), code.Replace('0', 'o') + " " })
        {
            Assert.True(PairingCode.TryDecode(typed, out var back, out var problem), problem);
            Assert.Equal(secret, back);
        }
    }

    /// <summary>The error is found without asking the laptop, and the message names the group.</summary>
    [Fact]
    public void TryDecode_AnyCharacterWrong_NamesItsGroup()
    {
        var code = PairingCode.Encode(RandomNumberGenerator.GetBytes(32));
        for (var at = 0; at < code.Length; at++)
        {
            foreach (var letter in code[at] == '-' ? "" : "0123456789ABCDEFGHJKMNPQRSTVWXYZ".Replace($"{code[at]}", "", StringComparison.Ordinal))
            {
                Assert.False(PairingCode.TryDecode(string.Concat(code.AsSpan(0, at), $"{letter}", code.AsSpan(at + 1)), out _, out var problem));
                Assert.Equal($"there is a typing error in group {(at / 6) + 1}", problem);
            }
        }
    }

    [Fact]
    public void TryDecode_GroupsSwappedOrMissing_IsFound()
    {
        for (var i = 0; i < 200; i++)
        {
            var groups = PairingCode.Encode(RandomNumberGenerator.GetBytes(16)).Split('-');
            for (var group = 0; group + 1 < groups.Length; group++)
            {
                var swapped = (string[])groups.Clone();
                (swapped[group], swapped[group + 1]) = (swapped[group + 1], swapped[group]);
                Assert.False(PairingCode.TryDecode(string.Join('-', swapped), out _, out _));
            }

            Assert.False(PairingCode.TryDecode(string.Join('-', groups[1..]), out _, out _));
            Assert.False(PairingCode.TryDecode(string.Join('-', groups[..^1]), out _, out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("hello")]
    [InlineData("00000-00000-00000-00000-00000-00000-0000U")]
    [InlineData("00000-00000-00000-00000-00000-00000-0000\u0130")]
    public void TryDecode_SomethingElse_SaysWhatIsWrong(string typed)
    {
        Assert.False(PairingCode.TryDecode(typed, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void TryDecode_Endless_EndsSoon() => Assert.False(PairingCode.TryDecode(new string('0', 1_000_000), out _, out _));
}
