using Stiefel.Client.Failures;
using Stiefel.Client.Laptop;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Boot;

/// <summary>Gives the disk back to the laptop after a failure here, so that another desktop gets it without a question.</summary>
/// <param name="laptop">The session with the laptop that granted the disk.</param>
/// <param name="say">Shows the person one line.</param>
internal sealed class DiskReturn(BootClient laptop, Action<string> say)
{
    // Short, because the failure itself is shown only afterwards.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Gives the unused disk back to the laptop. Never fails, and goes on even if the boot was cancelled.</summary>
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
            // The laptop did not grant the disk: the request never arrived or did not succeed.
        }
        catch (Exception error)
        {
            var why = limit.IsCancellationRequested ? $"no answer within {s_limit.TotalSeconds:0} s" : Failure.Describe(error);
            say($"  the laptop could not be told that its disk is not used, and asks before it gives it to another desktop: {why}");
        }
    }
}
