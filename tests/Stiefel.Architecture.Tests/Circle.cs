namespace Stiefel.Architecture.Tests;

/// <summary>Finds rooms that use each other in a circle, and says which types close it.</summary>
internal static class Circle
{
    /// <summary>One line for each arrow between two rooms that lies on a circle, with one use as evidence; empty if there is none.</summary>
    public static IReadOnlyList<string> In(IEnumerable<Use> uses)
    {
        var arrows = uses.GroupBy(use => (From: use.From.Room, To: use.To.Room)).ToDictionary(group => group.Key, group => group.First());
        return [.. from arrow in arrows
                   where Reaches(arrow.Key.To, arrow.Key.From, arrows.Keys)
                   orderby arrow.Key
                   select $"{arrow.Key.From} -> {arrow.Key.To}: {arrow.Value}"];
    }

    private static bool Reaches(string from, string to, IEnumerable<(string From, string To)> arrows)
    {
        var next = arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        var seen = new HashSet<string> { from };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var room))
        {
            if (room == to)
            {
                return true;
            }

            foreach (var neighbour in next[room].Where(seen.Add))
            {
                open.Enqueue(neighbour);
            }
        }

        return false;
    }
}
