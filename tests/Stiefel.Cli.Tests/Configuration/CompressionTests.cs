using Stiefel.Cli.Configuration;
using Xunit;

namespace Stiefel.Cli.Tests.Configuration;

public class CompressionTests
{
    [Theory]
    [InlineData("zstd", "zstd -19")]
    [InlineData("zstd:3", "zstd -3")]
    [InlineData("zstd -T0 -22 --ultra", "zstd -19")]
    [InlineData("pigz -11", "gzip -9")]
    [InlineData("gzip", "gzip -9")]
    [InlineData("xz -1", "xz -1")]
    [InlineData("cat", "none")]
    [InlineData("none", "none")]
    public void TryParse_KnownWords_GiveFormatAndLevel(string text, string meaning)
    {
        Assert.True(Compression.TryParse(text, out var compression));
        Assert.Equal(meaning, compression.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("rar")]
    [InlineData("zstd -x")]
    [InlineData("zstd 0")]
    [InlineData("none 3")]
    [InlineData("gzip; rm -rf /")]
    public void TryParse_OtherWords_AreNotTaken(string text) => Assert.False(Compression.TryParse(text, out _));
}
