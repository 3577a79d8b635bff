using System.Globalization;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.CommandLine;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Client.Menu;

/// <summary>Asks which of several laptops to boot from. The one that was booted last is the first of the list.</summary>
/// <param name="person">The person to ask; null if there is no one.</param>
/// <param name="say">Shows the person one line.</param>
/// <param name="isLast">True for the laptop that was booted last.</param>
internal sealed class LaptopQuestion(ConsolePerson? person, Action<string> say, Func<LaptopIdentity, bool> isLast)
{
    /// <summary>After this time the list is made again, because a laptop may have come or gone.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>After this time the first of the laptops that serve is taken, which disturbs no one.</summary>
    public TimeSpan UntilTheFirst { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Asks once which of several sleeping laptops to wake. Without an answer none is, because waking one ends the session of the person who works there.
    /// </summary>
    /// <returns>The laptop; null without an answer that chooses one.</returns>
    /// <exception cref="RefusedException">There is no one to ask.</exception>
    public async Task<LaptopIdentity?> AskWhomToWakeAsync(IReadOnlyList<LaptopIdentity> laptops, CancellationToken token)
    {
        var list = Sort(laptops);
        if (person is null)
        {
            throw new RefusedException(
                $"several laptops run their own system and know this key: {string.Join(", ", list.Select(WantedLaptop.Describe))}; none was called: name one with --laptop NAME, or with the beginning of its id");
        }

        string[] lines =
        [
            "  several laptops run their own system and know this key:",
            .. Lines(list),
            $"  number of the one to call, which ends the session of its owner{(isLast(list[0]) ? "; Enter: 1" : "")}:",
        ];
        return await person.LineAsync(string.Join(Environment.NewLine, lines), s_patience, token) is { } typed
            ? Understand(list, typed.Trim() is { Length: > 0 } number ? number : isLast(list[0]) ? "1" : "")
            : null;
    }

    /// <summary>Asks once which of several laptops that serve to boot from. Without an answer it is the first of the list.</summary>
    /// <returns>The laptop, and whether the person chose it.</returns>
    public async Task<(LaptopIdentity Laptop, bool IsChosen)> AskWhichServesAsync(IReadOnlyList<LaptopIdentity> laptops, CancellationToken token)
    {
        var list = Sort(laptops);
        string[] lines = ["  several laptops serve and know this key:", .. Lines(list)];
        if (person is null)
        {
            say(string.Join(Environment.NewLine, [.. lines, "  taking the first; --laptop NAME names another"]));
            return (list[0], false);
        }

        var typed = await person.LineAsync(string.Join(Environment.NewLine, [.. lines, $"  number of the one to boot from; Enter, or nothing for {UntilTheFirst.TotalSeconds:0} s: 1"]), UntilTheFirst, token);
        while (typed is not null)
        {
            if (Understand(list, typed.Trim() is { Length: > 0 } number ? number : "1") is { } laptop)
            {
                return (laptop, true);
            }

            typed = await person.LineAsync("  number:", UntilTheFirst, token);
        }

        return (list[0], false);
    }

    private LaptopIdentity? Understand(LaptopIdentity[] list, string typed)
    {
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= list.Length)
        {
            return list[number - 1];
        }

        say($"  there is no laptop with that number: type 1 to {list.Length}");
        return null;
    }

    private LaptopIdentity[] Sort(IReadOnlyList<LaptopIdentity> laptops) =>
        [.. laptops.OrderByDescending(isLast).ThenBy(laptop => laptop.Name, StringComparer.OrdinalIgnoreCase).ThenBy(laptop => laptop.Id, StringComparer.Ordinal)];

    private IEnumerable<string> Lines(LaptopIdentity[] list) =>
        list.Select((laptop, at) => $"  {at + 1,2}  {WantedLaptop.Describe(laptop)}{(isLast(laptop) ? ", booted last" : "")}");
}
