using System.Diagnostics;
using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

public sealed class ProcessTests
{
    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("test \"$0 $1\" = '@marked one two' && test \"$FLAVOUR\" = plain", 0)]
    public void ChildProcess_Shell_ReportsItsEnd(string script, int expected) => Assert.Equal(
        expected,
        ChildProcess.Wait(ChildProcess.Start("/bin/sh", ["sh", "-c", script, "@marked", "one two"], ["FLAVOUR=plain"])));

    [Fact]
    public void ChildProcess_NoSuchProgram_SaysSo() =>
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => ChildProcess.Start("/no/such/program", ["x"])).Errno);

    [Fact]
    public void ChildProcess_FirstArgument_IsWhatOthersSee()
    {
        var pid = ChildProcess.Start("/bin/sleep", ["@stiefel-agent", "60"]);
        try
        {
            // The parent continues as soon as the child has its new memory, an instant before the child's arguments are in place.
            Assert.True(SpinWait.SpinUntil(() => new FileInfo($"/proc/{pid}/cmdline").Exists && File.ReadAllText($"/proc/{pid}/cmdline").Length > 0, 5000));
            Assert.StartsWith("@stiefel-agent\0", File.ReadAllText($"/proc/{pid}/cmdline"), StringComparison.Ordinal);
        }
        finally
        {
            using var sleeper = Process.GetProcessById(pid);
            sleeper.Kill();
            Assert.Equal(137, ChildProcess.Wait(pid));
        }
    }

    [Fact]
    public void ProcessImage_Strings_AreReadByteForByte()
    {
        var directory = Directory.CreateTempSubdirectory("stiefel-proc-");
        File.WriteAllBytes(Path.Combine(directory.FullName, "cmdline"), [.. "/init\0"u8, .. "\0"u8, 0xff, 0]);
        File.WriteAllBytes(Path.Combine(directory.FullName, "environ"), [.. "HOME=/\0TERM=linux"u8]);

        Assert.Equal([[.. "/init"u8], [], [0xff]], ProcessImage.Arguments(directory.FullName));
        Assert.Equal(["HOME=/", "TERM=linux"], ProcessImage.Environment(directory.FullName).Select(Encoding.UTF8.GetString));
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Find_ProgramOfTheSystem_IsFoundAndAnotherIsNot()
    {
        Assert.True(File.Exists(ChildProcess.Find("sh")));
        Assert.Null(ChildProcess.Find("no-such-program"));
    }
}
