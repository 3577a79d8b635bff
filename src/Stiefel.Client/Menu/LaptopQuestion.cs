using System.Globalization;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.CommandLine;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Client.Menu;

/// <summary>Asks which of several sleeping laptops to wake. There is no default, because waking one ends the session of the person who works there.</summary>
/// <param name="person">The person to ask; null if there is no one.</param>
/// <param name="say">Shows the person one line.</param>
internal sealed class LaptopQuestion(ConsolePerson? person, Action<string> say)
{
    /// <summary>After this time the list is made again, because a laptop may have come or gone.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Asks once; null without an answer that is a number of the list.</summary>
    /// <exception cref="RefusedException">There is no one to ask.</exception>
    public async Task<LaptopIdentity?> AskAsync(IReadOnlyList<LaptopIdentity> laptops, CancellationToken token)
    {
        if (person is null)
        {
            throw new RefusedException(
                $"several laptops run their own system and know this key: {string.Join(", ", laptops.Select(WantedLaptop.Describe))}; none was called: name one with --laptop NAME, or with the beginning of its id");
        }

        if (await person.LineAsync(string.Join(Environment.NewLine, Lines(laptops)), s_patience, token) is not { } typed)
        {
            return null;
        }

        if (int.TryParse(typed.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= laptops.Count)
        {
            return laptops[number - 1];
        }

        say($"  there is no laptop with that number: type 1 to {laptops.Count}");
        return null;
    }

    private static IEnumerable<string> Lines(IReadOnlyList<LaptopIdentity> laptops) =>
    [
        "  several laptops run their own system and know this key:",
        .. laptops.Select((laptop, at) => $"  {at + 1,2}  {WantedLaptop.Describe(laptop)}"),
        "  number of the one to call, which ends the session of its owner:",
    ];
}
