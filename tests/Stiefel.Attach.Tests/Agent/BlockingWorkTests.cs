using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class BlockingWorkTests
{
    [Fact]
    public void Run_WorkThatIsHeldUp_IsFreedByWhatIsDoneMeanwhile()
    {
        using var freed = new ManualResetEventSlim();

        BlockingWork.Run(() => Assert.True(freed.Wait(TimeLimit.Seconds(20))), freed.Set);

        Assert.True(freed.IsSet);
    }

    [Fact]
    public void Run_WorkThatFails_ThrowsTheSame()
    {
        var failure = new IOException("empty");

        Assert.Same(failure, Assert.Throws<IOException>(() => BlockingWork.Run(() => throw failure, () => { })));
    }
}
