using System.Globalization;
using Stiefel.Client.Screen;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Menu;

/// <summary>
/// The laptop's boot menu on the desktop's console. It uses only lines and numbers, because a serial console shows nothing else: a few seconds to press
/// Enter, and then the numbered list; without an answer the default entry is booted.
/// </summary>
internal sealed class EntryQuestion(ConsolePerson person, Action<string> say)
{
    private const int MaxAttempts = 3;
    private const int MaxArgumentsLength = 1024;

    /// <summary>Long enough to read the list.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Asks the person; without an answer the result is <see cref="EntryDecision.None"/>.</summary>
    public async Task<EntryDecision> AskAsync(EntryMenu menu, CancellationToken token)
    {
        var seconds = TimeSpan.FromSeconds(menu.Seconds);
        var others = menu.Entries.Count > 1 ? $"choose from {menu.Entries.Count} entries, or " : "";
        if (await person.LineAsync($"  {Title(menu.Entries[0])} in {menu.Seconds} s; Enter: {others}add kernel arguments once", seconds, token) is not { } first)
        {
            return EntryDecision.None;
        }

        for (var (attempt, typed) = (0, Clean(first)); attempt < MaxAttempts; attempt++)
        {
            if (typed.Length > 0)
            {
                if (Understand(menu, typed) is { } decision)
                {
                    return decision;
                }

                say($"  there is no entry with that number: type 1 to {menu.Entries.Count}");
            }

            typed = Clean(await person.LineAsync(string.Join(Environment.NewLine, Lines(menu)), s_patience, token) ?? "1");
            typed = typed.Length > 0 ? typed : "1";
        }

        return EntryDecision.None;
    }

    /// <summary>Reads `3`, `3 single`, or arguments alone, which are for the first entry; null for a number that is not in the list.</summary>
    internal static EntryDecision? Understand(EntryMenu menu, string typed)
    {
        var words = typed.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return new EntryDecision("", typed);
        }

        return number < 1 || number > menu.Entries.Count ? null
            : new EntryDecision(number == 1 ? "" : menu.Entries[number - 1].Id, words.Length > 1 ? words[1] : "");
    }

    private static IEnumerable<string> Lines(EntryMenu menu)
        => menu.Entries
            .Select((entry, at) => $"  {at + 1,2}  {Title(entry)}{KernelOf(entry)}")
            .Append("  number, and kernel arguments for this start alone after it; Enter: 1");

    // Most loaders have it in the titles of all entries but the first.
    private static string KernelOf(EntryChoice entry) => entry.KernelRelease.Length == 0 || entry.Title.Contains(entry.KernelRelease, StringComparison.Ordinal)
        ? ""
        : $", kernel {PrintableText.Of(entry.KernelRelease)}";

    private static string Title(EntryChoice entry) => PrintableText.Of(entry.Title);

    // Removes control characters, because arrow keys and the like arrive as escape sequences.
    private static string Clean(string typed)
    {
        var line = new string([.. typed.Where(c => !char.IsControl(c))]).Trim();
        return line.Length > MaxArgumentsLength ? line[..MaxArgumentsLength] : line;
    }
}
