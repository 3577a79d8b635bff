namespace Stiefel.CommandLine.Tests;

public class DataSizeTests
{
    [Fact]
    public void Megabytes_AreOfAMillionBytes() => Assert.Equal("38.9 MB", DataSize.Megabytes(38_900_000));

    [Theory]
    [InlineData(0, "0 KiB")]
    [InlineData(655_360, "640 KiB")]
    [InlineData(1_048_576, "1.0 MiB")]
    [InlineData(40_789_606, "38.9 MiB")]
    public void Binary_IsInKibibytesAndMebibytes(long bytes, string text) => Assert.Equal(text, DataSize.Binary(bytes));
}
