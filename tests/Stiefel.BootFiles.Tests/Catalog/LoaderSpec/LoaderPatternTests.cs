using Stiefel.BootFiles.Catalog.LoaderSpec;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.LoaderSpec;

public class LoaderPatternTests
{
    // The patterns of systemd 257, src/boot/test-efi-string.c, efi_fnmatch.
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("?", "", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("arch*", "arch-lts.conf", true)]
    [InlineData("arch", "arch.conf", false)]
    [InlineData("*.conf", "a.conf", true)]
    [InlineData("*.efi", "a.conf", false)]
    [InlineData("a*b*c", "axxbyybzzc", true)]
    [InlineData("a*b*c", "axxbyybzz", false)]
    [InlineData("a**c", "abc", true)]
    [InlineData("*a?c", "xxabxabc", true)]
    [InlineData("[abc]x", "bx", true)]
    [InlineData("[abc]x", "dx", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c-f]", "d", false)]
    [InlineData("[a-c-f]", "-", true)]
    [InlineData("[]a]", "]", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[!a]", "b", false)]
    [InlineData("[!a]", "!", true)]
    [InlineData("[a", "a", false)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("a\\", "a", false)]
    [InlineData("ARCH.conf", "arch.CONF", true)]
    public void Fits_Patterns_AsSystemdBootMatches(string pattern, string id, bool fits) => Assert.Equal(fits, LoaderPattern.Fits(pattern, id));

    [Fact]
    public void Fits_ManyStars_TakesNoLongTime()
        => Assert.False(LoaderPattern.Fits(string.Concat(Enumerable.Repeat("*a", 2000)) + "b", new string('a', 4000)));

    [Theory]
    [InlineData("a+3.conf", ".conf", 3, 0)]
    [InlineData("a+2-1.conf", ".conf", 2, 1)]
    [InlineData("a+0-3.efi", ".efi", 0, 3)]
    [InlineData("a+b+1.conf", ".conf", 1, 0)]
    [InlineData("a+1-2-3.conf", ".conf", -1, 0)]
    [InlineData("a+x.conf", ".conf", -1, 0)]
    [InlineData("a+.conf", ".conf", -1, 0)]
    [InlineData("a.conf", ".conf", -1, 0)]
    [InlineData("a+1.b.conf", ".conf", -1, 0)]
    [InlineData("6.1+deb12.conf", ".conf", -1, 0)]
    public void Of_CounterInAName_IsRead(string name, string ending, int left, int done)
        => Assert.Equal(left < 0 ? null : new BootCounter(left, done), BootCounter.Of(name, ending));

    [Theory]
    [InlineData("EFI/Linux/a+3-1.efi", "EFI/Linux/a.efi")]
    [InlineData("EFI/Linux/a+3.efi", "EFI/Linux/a.efi")]
    [InlineData("EFI/Linux/a+b.efi", "EFI/Linux/a+b.efi")]
    [InlineData("EFI/Linux/a.efi", "EFI/Linux/a.efi")]
    public void Without_CounterInAPath_IsTakenOut(string path, string without) => Assert.Equal(without, BootCounter.Without(path));

    [Theory]
    [InlineData("title \"A b\"", "title", "A b")]
    [InlineData("title 'A b'", "title", "A b")]
    [InlineData("title \"A\" b", "title", "\"A\" b")]
    [InlineData("\t title\t\tA b  ", "title", "A b")]
    [InlineData("title \"", "title", "")]
    public void Lines_Values_AreCutAndUnquoted(string line, string key, string value)
        => Assert.Equal((key, value), Assert.Single(LoaderText.Lines(line, LoaderText.Blanks)));

    [Theory]
    [InlineData("# title a")]
    [InlineData("title")]
    [InlineData("title ")]
    [InlineData("\0title a")]
    public void Lines_WithoutValue_AreNone(string line) => Assert.Empty(LoaderText.Lines(line, LoaderText.Blanks));
}
