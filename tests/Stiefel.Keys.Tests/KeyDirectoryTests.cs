namespace Stiefel.Keys.Tests;

public sealed class KeyDirectoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Revoke_Key_RemovesItsFileAndNoOther()
    {
        File.WriteAllText(KeyFiles.FileOf(_directory, "blue"), "");
        File.WriteAllText(KeyFiles.FileOf(_directory, "blue.old"), "");
        Assert.True(KeyFiles.Revoke(_directory, "blue"));
        Assert.Equal(["blue.old"], KeyFiles.List(_directory));
        Assert.False(KeyFiles.Revoke(_directory, "blue"));
    }

    [Fact]
    public void Revoke_FileThatCannotBeLookedAt_IsAnErrorAndNotNothing()
    {
        var noDirectory = KeyFiles.FileOf(_directory, "blue");
        File.WriteAllText(noDirectory, "");
        Assert.ThrowsAny<IOException>(() => KeyFiles.Revoke(noDirectory, "blue"));
    }

    [Fact]
    public void Revoke_LinkToAKeyThatIsNotThere_RemovesTheLink()
    {
        File.CreateSymbolicLink(KeyFiles.FileOf(_directory, "blue"), "/nowhere");
        Assert.True(KeyFiles.Revoke(_directory, "blue"));
        Assert.Empty(KeyFiles.List(_directory));
    }

    [Theory]
    [InlineData("blue-stick_2.old", true)]
    [InlineData("", false)]
    [InlineData(".blue", false)]
    [InlineData("--pairng", false)]
    [InlineData("../blue", false)]
    [InlineData("blue/", false)]
    [InlineData("bl\u00fce", false)]
    [InlineData("blue\n", false)]
    public void IsName_AnyText_IsOneOnlyIfItStaysInTheDirectory(string name, bool expected) => Assert.Equal(expected, KeyFiles.IsName(name));

    [Theory]
    [InlineData(KeyFiles.MaxNameLength, true)]
    [InlineData(KeyFiles.MaxNameLength + 1, false)]
    public void IsName_Length_IsBounded(int length, bool expected) => Assert.Equal(expected, KeyFiles.IsName(new string('a', length)));
}
