using System.IO.Pipelines;
using Stiefel.Client.Failures;
using Stiefel.Client.Laptop;
using Xunit;

namespace Stiefel.Client.Tests.Laptop;

public sealed class StallGuardTests
{
    [Fact]
    public async Task Read_NothingComes_FailsAfterTheLimitAndNotBefore()
    {
        var pipe = new Pipe();
        using var guarded = new StallGuard(pipe.Reader.AsStream(), TimeSpan.FromMilliseconds(200));
        var buffer = new byte[10];
        for (var i = 0; i < 4; i++)
        {
            // Send slowly, but with pauses shorter than the limit; the whole transfer may take longer than the limit.
            var read = guarded.ReadAsync(buffer, TestContext.Current.CancellationToken);
            await Task.Delay(80, TestContext.Current.CancellationToken);
            await pipe.Writer.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
            Assert.Equal(1, await read);
        }

        // The time between two reads does not count, because the laptop did not cause it.
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await pipe.Writer.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
        Assert.Equal(1, await guarded.ReadAsync(buffer, TestContext.Current.CancellationToken));

        var error = await Assert.ThrowsAsync<ServerException>(() => guarded.ReadAsync(buffer, CancellationToken.None).AsTask());
        Assert.Contains("has sent nothing for", error.Message);
    }

    [Fact]
    public async Task Read_CancelledByTheCaller_IsNoStall()
    {
        using var guarded = new StallGuard(new Pipe().Reader.AsStream(), TimeSpan.FromSeconds(30));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guarded.ReadAsync(new byte[1], cancel.Token).AsTask());
    }
}
