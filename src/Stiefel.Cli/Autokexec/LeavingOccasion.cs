using Stiefel.Cli.Configuration;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Autokexec;

/// <summary>Waits for what makes the laptop leave: an authentic call or a card that is plugged in, whichever comes first.</summary>
/// <param name="listener">Listens for calls; null to ignore calls.</param>
/// <param name="cards">Waits for cards; null to ignore cards.</param>
internal sealed class LeavingOccasion(CallListener? listener, CardWatch? cards)
{
    /// <summary>The card watch that the configuration asks for; null if it asks for none.</summary>
    public static CardWatch? CardsOf(AutokexecConfiguration configuration)
    {
        if (!configuration.MacDetection)
        {
            return null;
        }

        var cards = new CardWatch([.. configuration.Macs]);
        _ = cards.Look(RouteNetlink.ListLinks());
        return cards;
    }

    /// <summary>Waits for either, and returns in words for all users which it was.</summary>
    public async Task<string> WaitAsync(Action<string> say, CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        List<Task<string>> waiting = [];
        if (listener is not null)
        {
            waiting.Add(CallAsync(listener, say, stop.Token));
        }

        if (cards is not null)
        {
            waiting.Add(CardAsync(cards, stop.Token));
        }

        var first = await Task.WhenAny(waiting);
        await stop.CancelAsync();
        await ((Task)Task.WhenAll(waiting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await first;
    }

    /// <summary>Answers desktops while the laptop leaves or finds that it cannot; no call is heard meanwhile.</summary>
    /// <param name="leaving">The work.</param>
    /// <returns>The work's result.</returns>
    public async Task<TResult> AnswerDuringAsync<TResult>(Task<TResult> leaving)
    {
        if (listener is null)
        {
            return await leaving;
        }

        using var stop = new CancellationTokenSource();
        var answering = listener.WaitForCallAsync(stop.Token);
        try
        {
            return await leaving;
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<string> CallAsync(CallListener listener, Action<string> say, CancellationToken token)
    {
        var caller = await listener.WaitForCallAsync(token);
        say($"called by {caller.Name}");
        return $"a desktop with the key {caller.Name} calls for this laptop's disk";
    }

    private static async Task<string> CardAsync(CardWatch cards, CancellationToken token)
    {
        var card = await cards.WaitAsync(token);
        return $"the network card {card.Mac} was plugged in ({card.Name}), so this laptop will serve its disk";
    }
}
