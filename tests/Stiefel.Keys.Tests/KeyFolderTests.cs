namespace Stiefel.Keys.Tests;

public sealed class KeyFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Revoke_Key_RemovesItsFileAndNoOther()
    {
        File.WriteAllText(KeyFolder.FileOf(_folder, "blue"), "");
        File.WriteAllText(KeyFolder.FileOf(_folder, "blue.old"), "");
        Assert.True(KeyFolder.Revoke(_folder, "blue"));
        Assert.Equal(["blue.old"], KeyFolder.List(_folder));
        Assert.False(KeyFolder.Revoke(_folder, "blue"));
    }

    [Fact]
    public void Revoke_FileThatCannotBeLookedAt_IsAnErrorAndNotNothing()
    {
        var noFolder = KeyFolder.FileOf(_folder, "blue");
        File.WriteAllText(noFolder, "");
        Assert.ThrowsAny<IOException>(() => KeyFolder.Revoke(noFolder, "blue"));
    }

    [Fact]
    public void Revoke_LinkToAKeyThatIsNotThere_RemovesTheLink()
    {
        File.CreateSymbolicLink(KeyFolder.FileOf(_folder, "blue"), "/nowhere");
        Assert.True(KeyFolder.Revoke(_folder, "blue"));
        Assert.Empty(KeyFolder.List(_folder));
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
    public void IsName_AnyText_IsOneOnlyIfItStaysInTheFolder(string name, bool expected) => Assert.Equal(expected, KeyFolder.IsName(name));

    [Theory]
    [InlineData(KeyFolder.MaxNameLength, true)]
    [InlineData(KeyFolder.MaxNameLength + 1, false)]
    public void IsName_Length_IsBounded(int length, bool expected) => Assert.Equal(expected, KeyFolder.IsName(new string('a', length)));
}
