using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

public sealed class ReadyPipeTests
{
    [Theory]
    [InlineData("printf x >&$0; exit 3", true, 3)]
    [InlineData("exit 4", false, 4)]
    public void WaitForChild_ChildThatSaysItOrDies_TellsWhich(string script, bool expected, int exitCode)
    {
        using var ready = new ReadyPipe();
        var child = ChildProcess.Start("/bin/bash", ["bash", "-c", script, ready.ChildsEnd]);

        Assert.Equal(expected, ready.WaitForChild());
        Assert.Equal(exitCode, ChildProcess.Wait(child));
    }

    [Fact]
    public void ReduceStack_Child_HasItAndTheNextHasNot()
    {
        using (ProcessLimits.ReduceStack(256 * 1024))
        {
            Assert.Equal(0, ChildProcess.Run("/bin/bash", ["bash", "-c", "[ $(ulimit -Ss) = 256 ]"]));
        }

        Assert.Equal(1, ChildProcess.Run("/bin/bash", ["bash", "-c", "[ $(ulimit -Ss) = 256 ]"]));
    }
}
