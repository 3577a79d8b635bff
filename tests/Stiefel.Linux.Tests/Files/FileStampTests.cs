using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Files;

public sealed class FileStampTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _file;

    public FileStampTests()
    {
        _file = Path.Combine(_directory.Path, "file");
        File.WriteAllText(_file, "before");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Of_FileThatIsOnlyRead_StaysTheSame()
    {
        var before = FileStamp.Of(_file);
        Assert.Equal("before", File.ReadAllText(_file));
        Assert.Equal(before, FileStamp.Of(_file));
        Assert.True(before!.Value.IsRegular);
        Assert.Equal(6UL, before.Value.Size);
        Assert.False(FileStamp.Of(_directory.Path)!.Value.IsRegular);
    }

    [Fact]
    public void Of_FileThatChangesInAnyWay_IsAnother()
    {
        var written = File.GetLastWriteTimeUtc(_file);
        AssertChanges(() => File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.OtherRead));
        AssertChanges(() => ExternalProgram.Run("chown", ["65534", _file]));
        AssertChanges(() =>
        {
            File.WriteAllText(_file, "after!");
            File.SetLastWriteTimeUtc(_file, written);
        });
        AssertChanges(() =>
        {
            File.Move(_file, _file + ".old");
            ExternalProgram.Run("cp", ["-a", _file + ".old", _file]);
        });
    }

    [Fact]
    public void Of_Link_IsWhatItLeadsToIfThatIsThere()
    {
        var link = Path.Combine(_directory.Path, "link");
        File.CreateSymbolicLink(link, _file);
        Assert.Equal(FileStamp.Of(_file), FileStamp.Of(link));
        File.Delete(_file);
        Assert.False(FileStamp.Of(link)!.Value.IsRegular);
        File.Delete(link);
        Assert.Null(FileStamp.Of(link));
    }

    [Fact]
    public void Of_NameThatCannotBeLookedAt_IsAnErrorAndNotNothing()
    {
        var link = Path.Combine(_directory.Path, "link");
        File.CreateSymbolicLink(link, link);
        Assert.Contains("statx(", Assert.Throws<LinuxException>(() => FileStamp.Of(link)).Message, StringComparison.Ordinal);
    }

    private void AssertChanges(Action change)
    {
        var before = FileStamp.Of(_file);

        // Wait for the next tick of the clock by which the file system keeps its times.
        Thread.Sleep(20);
        change();
        Assert.NotEqual(before, FileStamp.Of(_file));
    }
}
