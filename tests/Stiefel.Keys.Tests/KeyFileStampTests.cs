using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Keys.Tests;

public sealed class KeyFileStampTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stiefel-stamps-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("chmod", "600", "{0}")]
    [InlineData("chown", "65534", "{0}")]
    [InlineData("cp", "{1}", "{0}")]
    [InlineData("touch", "-d", "2001-02-03", "{0}")]
    [InlineData("mv", "{1}", "{0}")]
    public void File_Changed_HasAnotherStamp(string program, params string[] arguments)
    {
        var (key, other) = (Write("blue.key"), Path.Combine(_folder, "other"));
        ExternalProgram.Run("cp", ["-p", key, other]);
        var before = Assert.Single(KeyFileStamp.Of(_folder, []));
        // Beyond one tick of the kernel's clock.
        Thread.Sleep(20);

        ExternalProgram.Run(program, [.. arguments.Select(argument => string.Format(System.Globalization.CultureInfo.InvariantCulture, argument, key, other))]);

        Assert.NotEqual(before, Assert.Single(KeyFileStamp.Of(_folder, [])));
    }

    [Fact]
    public void File_BehindALink_IsWhatIsLookedAt()
    {
        var target = Write("target");
        File.CreateSymbolicLink(Path.Combine(_folder, "blue.key"), target);
        var before = Assert.Single(KeyFileStamp.Of(_folder, []));
        Thread.Sleep(20);
        File.WriteAllBytes(target, new byte[32]);
        Assert.NotEqual(before, Assert.Single(KeyFileStamp.Of(_folder, [])));
        File.Delete(target);
        Assert.Empty(KeyFileStamp.Of(_folder, []));
    }

    /// <summary>The folder was read before the renaming, the files looked at after it: it is under neither name.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void File_RenamedBetweenTwoLooks_IsLookedForAgain(int missed, bool isFound)
    {
        Write("blue.key");
        var known = KeyFileStamp.Of(_folder, []);
        File.Move(Path.Combine(_folder, "blue.key"), Path.Combine(_folder, "blue.old.key"));
        Write("blue.key");
        var fresh = KeyFileStamp.Of(_folder, []).Where(stamp => Path.GetFileName(stamp.Path) == "blue.key").ToArray();
        var looks = 0;

        var found = KeyFileStamp.Of(() => ++looks > missed ? KeyFileStamp.Of(_folder, []) : fresh, known);

        Assert.Equal(isFound, found.Any(stamp => stamp.Path.EndsWith("blue.old.key", StringComparison.Ordinal)));
        Assert.InRange(looks, 1, 3);
    }

    private string Write(string name)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)7, 32)]);
        return path;
    }
}
