using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

public class StepCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_SameInputs_IsMadeOnce()
    {
        using var directory = new TemporaryDirectory();
        using var cache = await StepCache.OpenAsync(directory.Path, new StepLog(TextWriter.Null), Token);
        var made = 0;
        Task<string> GetAsync(string input) => cache.GetAsync(
            new StepKey("step", 1).Add("input", input),
            "step",
            (target, _) =>
            {
                made++;
                File.WriteAllText(Path.Combine(target, "result"), input);
                return Task.CompletedTask;
            },
            Token);

        var first = await GetAsync("a");
        Assert.Equal(first, await GetAsync("a"));
        Assert.NotEqual(first, await GetAsync("b"));
        Assert.Equal(2, made);
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(first, "result"), Token));

        cache.Forget(new StepKey("step", 1).Add("input", "a"));
        await GetAsync("a");
        Assert.Equal(3, made);
    }

    [Fact]
    public async Task Get_StepFails_LeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        using var cache = await StepCache.OpenAsync(directory.Path, new StepLog(TextWriter.Null), Token);
        static Task FailAsync(string target, CancellationToken token)
        {
            File.WriteAllText(Path.Combine(target, "half"), "");
            throw new InvalidDataException("no");
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => cache.GetAsync(new StepKey("step", 1), "step", FailAsync, Token));
        Assert.Empty(Directory.GetFileSystemEntries(directory["steps"]));
    }

    [Fact]
    public async Task Open_AnotherBuildIsRunning_WaitsForIt()
    {
        using var directory = new TemporaryDirectory();
        var log = new StringWriter();
        var first = await StepCache.OpenAsync(directory.Path, new StepLog(TextWriter.Null), Token);
        var second = StepCache.OpenAsync(directory.Path, new StepLog(log), Token);
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(500, Token)));
        first.Dispose();
        (await second.WaitAsync(TimeLimit.Seconds(10), Token)).Dispose();
        Assert.Contains("waiting for it", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Key_ValuesThatJoinToTheSameText_Differ()
    {
        var one = new StepKey("s", 1).Add("a", "x\nb 1 y").ToString();
        var two = new StepKey("s", 1).Add("a", "x").Add("b", "y").ToString();
        Assert.NotEqual(one, two);
    }
}
