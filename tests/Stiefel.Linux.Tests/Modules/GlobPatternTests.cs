using System.Diagnostics;
using System.Text;
using CsCheck;
using Stiefel.Linux.Modules;
using Xunit;

namespace Stiefel.Linux.Tests.Modules;

public class GlobPatternTests
{
    [Theory]
    [InlineData("pci:v00008086d00001533sv*sd*bc*sc*i*", "pci:v00008086d00001533sv00001043sd000085F0bc02sc00i00", true)]
    [InlineData("pci:v00008086d00001533sv*sd*bc*sc*i*", "pci:v00008086d00001534sv00001043sd000085F0bc02sc00i00", false)]
    [InlineData("usb:v0BDAp815[2-6]d*", "usb:v0BDAp8153d3000", true)]
    [InlineData("usb:v0BDAp815[2-6]d*", "usb:v0BDAp8157d3000", false)]
    [InlineData("usb:v*[!A-F]x", "usb:v1Fx", false)]
    [InlineData("usb:v*[!A-F]x", "usb:vF1x", true)]
    [InlineData("platform:foo-bar", "platform:foo_bar", true)]
    [InlineData("a[-_]b", "a-b", true)]
    [InlineData("a[]x]b", "a]b", true)]
    [InlineData("a[x", "a[x", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("*", "", true)]
    [InlineData("?", "", false)]
    [InlineData("", "", true)]
    [InlineData("a**b*", "axxbyy", true)]
    public void Matches_Examples_AsFnmatch(string pattern, string text, bool expected)
        => Assert.Equal(expected, GlobPattern.Matches(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Matches_AnyPattern_AgreesWithLibc()
    {
        // Leave out `-` outside brackets, which kmod folds and libc does not, and brackets that libc reads as classes.
        var pattern = Gen.OneOf("*", "?", "a", "b", "c", "[ab]", "[!a]", "[a-c]", "[^b-c]", "\\*", "\\a").Array[0, 8].Select(string.Concat);
        var text = Gen.Char["abc*d"].Array[0, 8].Select(letters => new string(letters));
        Gen.Select(pattern, text).Sample(
            (glob, subject) => GlobPattern.Matches(Encoding.UTF8.GetBytes(glob), Encoding.UTF8.GetBytes(subject)) == Libc.Matches(glob, subject),
            iter: Fuzz.Count(20_000));
    }

    [Fact]
    public void Matches_ManyStars_StaysFast()
    {
        var pattern = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("*a", 200)) + "b");
        var text = Encoding.UTF8.GetBytes(new string('a', 4000));
        var clock = Stopwatch.StartNew();
        Assert.False(GlobPattern.Matches(pattern, text));
        Assert.True(clock.ElapsedMilliseconds < 2000);
    }
}
