using Stiefel.Client.Memory;
using Stiefel.Client.Menu;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client.Boot;

/// <summary>Finds the laptop to boot from. If there are several, the person chooses once for all attempts, from a list that begins with the last one.</summary>
/// <param name="options">Which laptop, and how far the boot goes.</param>
/// <param name="key">The stick's key.</param>
/// <param name="screen">Shows the progress.</param>
/// <param name="person">The person to ask; null if there is no one.</param>
/// <param name="last">The laptop of the boot before; null if nothing remembers it.</param>
internal sealed class LaptopSearch(BootSequenceOptions options, SharedKey key, BootScreen screen, ConsolePerson? person, LastLaptop? last)
{
    private string? _chosen;

    /// <summary>Returns the laptop at the given address, or waits until one is found and chosen.</summary>
    public async Task<FoundServer> RunAsync(CancellationToken token)
    {
        if (options.Server is { } address)
        {
            return FoundServer.AtAddress(address);
        }

        var search = new ServerSearch(key, options.Interface, options.Laptop, screen.Say) { ChooseSleeper = options.NoLoad ? null : ChooseSleeperAsync, Chosen = _chosen };
        var found = await search.FindTogetherAsync(token);
        return found.Count == 1 || _chosen is not null || options.Laptop != WantedLaptop.Any ? found[0] : await ChooseAsync(found, token);
    }

    /// <summary>Makes the stick remember the laptop, for the next list.</summary>
    public async Task RememberAsync(FoundServer server, CancellationToken token)
    {
        if (last is null || server.Laptop is not { } laptop)
        {
            return;
        }

        switch (await last.RememberAsync(laptop, token))
        {
            case Remembrance.NoStick:
                screen.Say("  the stick is out already, and does not remember this laptop as the last one");
                break;
            case Remembrance.NotWritable:
                screen.Say("  the stick cannot be written, and does not remember this laptop as the last one");
                break;
        }
    }

    private async Task<FoundServer> ChooseAsync(IReadOnlyList<FoundServer> found, CancellationToken token)
    {
        var (laptop, isChosen) = await (await QuestionAsync(token)).AskWhichServesAsync([.. found.Select(server => server.Laptop!)], token);
        _chosen = isChosen ? laptop.Id : null;
        return found.First(server => server.Laptop!.Id == laptop.Id);
    }

    private async Task<LaptopIdentity?> ChooseSleeperAsync(IReadOnlyList<LaptopIdentity> laptops, CancellationToken token)
    {
        var laptop = await (await QuestionAsync(token)).AskWhomToWakeAsync(laptops, token);
        _chosen = laptop?.Id ?? _chosen;
        return laptop;
    }

    private async Task<LaptopQuestion> QuestionAsync(CancellationToken token) => new(person, screen.Say, last is null ? _ => false : await last.RecallAsync(token));
}
