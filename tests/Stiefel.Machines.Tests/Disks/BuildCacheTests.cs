using Stiefel.Cli.Tests;
using Stiefel.Machines.Disks;
using Xunit;

namespace Stiefel.Machines.Tests.Disks;

public sealed class BuildCacheTests
{
    [Fact]
    public async Task Get_SameInputs_MakesOnce()
    {
        using var directory = new TemporaryDirectory();
        var cache = new BuildCache(directory.Path);
        var made = 0;

        var first = await cache.GetAsync("disk", ["a", "b"], MakeAsync);
        var second = await cache.GetAsync("disk", ["a", "b"], MakeAsync);
        var other = await cache.GetAsync("disk", ["a", "c"], MakeAsync);

        Assert.Equal(2, made);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine(first, "file"), TestContext.Current.CancellationToken));

        Task MakeAsync(string path) => File.WriteAllTextAsync(Path.Combine(path, "file"), $"{++made}");
    }

    [Fact]
    public async Task Get_MakerFails_LeavesNothing()
    {
        using var directory = new TemporaryDirectory();

        await Assert.ThrowsAsync<IOException>(() => new BuildCache(directory.Path).GetAsync("disk", ["a"], async path =>
        {
            await File.WriteAllTextAsync(Path.Combine(path, "half"), "");
            throw new IOException("full");
        }));

        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Get_SomethingNew_ForgetsWhatNobodyUsedForLong()
    {
        using var directory = new TemporaryDirectory();
        var cache = new BuildCache(directory.Path);
        var unused = await cache.GetAsync("disk", ["a"], _ => Task.CompletedTask);
        var used = await cache.GetAsync("disk", ["b"], _ => Task.CompletedTask);
        var other = await cache.GetAsync("tree", ["a"], _ => Task.CompletedTask);
        Array.ForEach([unused, used, other], path => Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-20)));
        await cache.GetAsync("disk", ["b"], _ => Task.CompletedTask);

        await cache.GetAsync("disk", ["c"], _ => Task.CompletedTask);

        Assert.Equal([false, true, true], [Directory.Exists(unused), Directory.Exists(used), Directory.Exists(other)]);
    }
}
