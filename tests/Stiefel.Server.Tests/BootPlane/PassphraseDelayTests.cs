using Stiefel.Server.BootPlane;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.BootPlane;

public sealed class PassphraseDelayTests
{
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Wait_NothingWrongYet_IsOver() => Assert.True(new PassphraseDelay(_time).WaitAsync(Token).IsCompleted);

    [Fact]
    public async Task Wait_AfterWrongOnes_LastsUntilTheirPauseIsOver()
    {
        var delay = new PassphraseDelay(_time);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            delay.Wrong();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var tooEarly = delay.WaitAsync(stop.Token);
            Assert.False(tooEarly.IsCompleted);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tooEarly);
            _time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.True(delay.WaitAsync(Token).IsCompleted);
        }

        delay.Forget();
        delay.Wrong();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(delay.WaitAsync(Token).IsCompleted);
    }
}
