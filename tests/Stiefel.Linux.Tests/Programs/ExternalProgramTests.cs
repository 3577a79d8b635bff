using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Programs;

public class ExternalProgramTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ProgramSucceeds_KeepsOutputAndError()
    {
        var output = await ExternalProgram.RunAsync("sh", ["-c", "echo one; echo two >&2"], token: Token);
        Assert.Equal("one\n", output.Text);
        Assert.Equal("two\n", output.ErrorText);
    }

    [Fact]
    public async Task Run_ProgramFails_SaysCommandCodeAndLastWords()
    {
        var error = await Assert.ThrowsAsync<ExternalProgramException>(
            () => ExternalProgram.RunAsync("sh", ["-c", "echo broken disk >&2; exit 7"], token: Token));
        Assert.Equal(7, error.ExitCode);
        Assert.Equal("sh -c 'echo broken disk >&2; exit 7': exit code 7: broken disk", error.Message);
    }

    [Fact]
    public async Task Run_AcceptedExitCode_IsAnAnswer()
    {
        var output = await ExternalProgram.RunAsync("sh", ["-c", "exit 2"], new ExternalProgramOptions { AcceptedExitCodes = [2] }, Token);
        Assert.Equal(2, output.ExitCode);
    }

    [Fact]
    public void Run_NoSuchProgram_SaysSo()
    {
        var error = Assert.Throws<ExternalProgramException>(() => ExternalProgram.Run("no-such-program-anywhere", ["x"]));
        Assert.Equal("no-such-program-anywhere x: no such program is installed", error.Message);
    }

    [Theory]
    [InlineData("mformat", "mtools")]
    [InlineData("mksquashfs", "squashfs-tools")]
    [InlineData("mmdebstrap", "mmdebstrap")]
    [InlineData("cpio", "cpio")]
    [InlineData("kexec", "kexec-tools")]
    [InlineData("syslinux", "syslinux")]
    public void Run_ProgramIsMissing_NamesItsPackage(string program, string package)
    {
        var reason = ExternalProgram.WhyMissing(program);
        Assert.Equal($"not installed: `apt install {package}` on Debian and Ubuntu", reason);
        Assert.Equal("no such program is installed", ExternalProgram.WhyMissing($"/absent/{program}"));
    }

    [Fact]
    public async Task Run_InputLargerThanThePipe_ReachesTheOutputStream()
    {
        var data = new byte[1_000_000];
        Random.Shared.NextBytes(data);
        using var output = new MemoryStream();
        await ExternalProgram.RunAsync("cat", [], new ExternalProgramOptions { Input = new MemoryStream(data), OutputDestination = output }, Token);
        Assert.Equal(data, output.ToArray());
    }

    [Fact]
    public async Task Run_ProgramIgnoresItsInput_IsNoFailure()
    {
        var input = new MemoryStream(new byte[1_000_000]);
        var output = await ExternalProgram.RunAsync("true", [], new ExternalProgramOptions { Input = input }, Token);
        Assert.Equal(0, output.ExitCode);
    }

    [Fact]
    public async Task Run_TimeLimitReached_KillsChildrenToo()
    {
        var marker = Path.GetTempFileName();
        var options = new ExternalProgramOptions { Timeout = TimeSpan.FromMilliseconds(300) };
        var error = await Assert.ThrowsAsync<ExternalProgramException>(
            () => ExternalProgram.RunAsync("sh", ["-c", $"(sleep 1.5; echo alive >{marker}) & wait"], options, Token));
        Assert.Contains("not finished after 0.3 s", error.Message, StringComparison.Ordinal);
        await Task.Delay(2000, Token);
        Assert.Empty(await File.ReadAllTextAsync(marker, Token));
        File.Delete(marker);
    }

    [Fact]
    public async Task Run_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ExternalProgram.RunAsync("sleep", ["30"], token: source.Token));
    }

    [Fact]
    public async Task Run_EnvironmentAndDirectory_AreThePrograms()
    {
        var options = new ExternalProgramOptions
        {
            Environment = new Dictionary<string, string?> { ["STIEFEL_PROBE"] = "42", ["HOME"] = null },
            WorkingDirectory = "/usr",
        };
        var output = await ExternalProgram.RunAsync("sh", ["-c", "echo $STIEFEL_PROBE ${HOME-none} $PWD"], options, Token);
        Assert.Equal("42 none /usr\n", output.Text);
    }

    [Fact]
    public async Task Run_LineCallback_SeesBothStreams()
    {
        var lines = new List<string>();
        void Add(string line)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }

        await ExternalProgram.RunAsync("sh", ["-c", "echo a; echo b >&2"], new ExternalProgramOptions { OnOutputLine = Add }, Token);
        Assert.Equal(["a", "b"], lines.Order());
    }
}
