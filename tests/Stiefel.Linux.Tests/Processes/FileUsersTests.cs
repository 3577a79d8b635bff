using System.Diagnostics;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

public sealed class FileUsersTests : IDisposable
{
    private readonly TemporaryDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("cd used; exec sleep 600")]
    [InlineData("exec sleep 600 <used/file")]
    [InlineData("exec used/sleep 600")]
    public void Of_ProcessInADirectory_IsFoundAndEnded(string script)
    {
        var used = Directory.CreateDirectory(_scratch.File("used")).FullName;
        _scratch.Write("used/file", "");
        File.Copy("/bin/sleep", Path.Combine(used, "sleep"));
        using var sleeper = Start(script);
        Assert.True(SpinWait.SpinUntil(() => FileUsers.Of(Below(used)).Any(user => user.Id == sleeper.Id && user.Name == "sleep"), TimeSpan.FromSeconds(60)));

        Assert.True(FileUsers.Kill(FileUsers.Of(Below(used)).Single(user => user.Id == sleeper.Id)));
        Assert.True(sleeper.WaitForExit(60_000));
        Assert.DoesNotContain(FileUsers.Of(Below(used)), user => user.Id == sleeper.Id);
    }

    [Fact]
    public void Of_ProcessBeside_IsNotFound()
    {
        var used = Directory.CreateDirectory(_scratch.File("used")).FullName;
        Directory.CreateDirectory(_scratch.File("used-not"));
        using var sleeper = Start("cd used-not; exec sleep 600");
        try
        {
            Assert.True(SpinWait.SpinUntil(() => FileUsers.Of(Below(used + "-not")).Any(user => user.Id == sleeper.Id), TimeSpan.FromSeconds(60)));
            Assert.DoesNotContain(FileUsers.Of(Below(used)), user => user.Id == sleeper.Id);
        }
        finally
        {
            sleeper.Kill();
        }
    }

    private static Func<string, bool> Below(string directory) => path => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private Process Start(string script) => Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = _scratch.Path })!;
}
