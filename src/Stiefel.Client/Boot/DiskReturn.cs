using Stiefel.Client.Failures;
using Stiefel.Client.Laptop;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Boot;

/// <summary>Something failed here after the laptop gave its disk: it is told, so that another desktop gets the disk without a question.</summary>
/// <param name="laptop">Which gave it.</param>
/// <param name="say">One line for the person.</param>
internal sealed class DiskReturn(BootClient laptop, Action<string> say)
{
    // The failure itself is to be shown soon.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Tells the laptop; does not fail. Not stopped by what stopped the boot.</summary>
    public async Task RunAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await laptop.ReleaseDiskAsync(limit.Token);
            say("  the disk was given back to the laptop, unused");
        }
        catch (RefusalException)
        {
            // The request for it never arrived, or did not succeed there.
        }
        catch (Exception error)
        {
            var why = limit.IsCancellationRequested ? $"no answer within {s_limit.TotalSeconds:0} s" : Failure.Describe(error);
            say($"  the laptop could not be told that its disk is not used, and asks before it gives it to another desktop: {why}");
        }
    }
}
