using Xunit;

namespace Stiefel.Cli.Tests.People;

/// <summary>Waits for what another thread or process does.</summary>
internal static class Until
{
    /// <summary>Waits until the condition holds; fails if that takes too long.</summary>
    public static async Task TrueAsync(Func<bool> isTrue)
    {
        var limit = Environment.TickCount64 + (long)TimeLimit.Seconds(20).TotalMilliseconds;
        while (!isTrue())
        {
            Assert.True(Environment.TickCount64 < limit, "it did not happen in time");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
