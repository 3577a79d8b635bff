using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Errors;
using Xunit;

namespace Stiefel.Cli.Tests.Keys;

public class KeyDirectoryTests
{
    [Fact]
    public void Create_FreshKey_Is32BytesForItsOwnerOnly()
    {
        using var directory = new TemporaryDirectory();
        var keys = new KeyDirectory(directory["keys"]);
        var first = keys.Create("blue");
        var second = keys.Create("red");
        Assert.Equal(32, new FileInfo(first).Length);
        Assert.NotEqual(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(first));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys.Path));
        Assert.Equal(["blue", "red"], keys.List());
        Assert.Equal(2, Directory.GetFileSystemEntries(keys.Path).Length);
    }

    [Fact]
    public void List_FileWithoutAName_IsNoKey()
    {
        using var directory = new TemporaryDirectory();
        var keys = new KeyDirectory(directory.Path);
        keys.Create("blue");
        File.WriteAllText(directory[".key"], "");
        Assert.Equal(["blue"], keys.List());
    }

    [Fact]
    public void Create_NameTaken_KeepsTheOldKey()
    {
        using var directory = new TemporaryDirectory();
        var keys = new KeyDirectory(directory.Path);
        var before = File.ReadAllBytes(keys.Create("blue"));
        Assert.Throws<RefusedException>(() => keys.Create("blue"));
        Assert.Equal(before, File.ReadAllBytes(directory["blue.key"]));
        Assert.Single(Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("../up")]
    [InlineData("a b")]
    [InlineData("zu lang aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Create_BadName_IsWrongUsage(string name)
    {
        using var directory = new TemporaryDirectory();
        Assert.Throws<UsageException>(() => new KeyDirectory(directory.Path).Create(name));
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Create_ManyAtOnceUnderOneName_OneWinsAndIsNotOverwritten()
    {
        using var directory = new TemporaryDirectory();
        for (var round = 0; round < 100; round++)
        {
            var target = directory[$"{round}.key"];
            var made = await AtOnceAsync(number =>
            {
                byte[] content = [.. Enumerable.Repeat((byte)number, KeyDirectory.KeyLength)];
                PrivateFile.Create(target, content, "taken");
                return content;
            });

            Assert.Equal(Assert.Single(made, content => content is not null), File.ReadAllBytes(target));
        }

        Assert.Equal(100, Directory.GetFileSystemEntries(directory.Path).Length);
    }

    /// <summary>The key of a stick that is still in use must not be lost.</summary>
    [Fact]
    public async Task Rotate_ManyAtOnce_KeepsTheKeyBefore()
    {
        using var directory = new TemporaryDirectory();
        for (var round = 0; round < 100; round++)
        {
            var keys = new KeyDirectory(directory[$"{round}"]);
            var before = File.ReadAllBytes(keys.Create("blue"));
            await AtOnceAsync(_ => keys.Rotate("blue").Before);
            Assert.Equal(["blue", "blue.old"], keys.List());
            Assert.Equal(before, File.ReadAllBytes(Path.Combine(keys.Path, "blue.old.key")));
        }
    }

    [Fact]
    public void Create_NameThatMayNotLast_SaysThatTheFileIsThere()
    {
        using var directory = new TemporaryDirectory();
        var error = Assert.Throws<FailedException>(() => PrivateFile.Create(directory["blue.key"], [1], "taken", _ => throw new IOException("no medium")));
        Assert.Contains("blue.key is written", error.Message, StringComparison.Ordinal);
        Assert.Contains("no medium", error.Message, StringComparison.Ordinal);
        Assert.Equal([1], File.ReadAllBytes(directory["blue.key"]));
    }

    // The result of each; null if it was refused.
    private static async Task<T?[]> AtOnceAsync<T>(Func<int, T> act)
        where T : class
    {
        const int Actors = 4;
        using var start = new Barrier(Actors);
        Task<T?>[] actors = [.. Enumerable.Range(0, Actors).Select(number => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                try
                {
                    return act(number);
                }
                catch (Exception error) when (error is VerbException or KeyFileException or LinuxException)
                {
                    return null;
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        return await Task.WhenAll(actors);
    }
}
