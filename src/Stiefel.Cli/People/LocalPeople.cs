using System.Text.Json;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.People;

/// <summary>Finds out from logind whether a user sits at this laptop: whether one of the user's sessions is at a seat and in front (man 5 org.freedesktop.login1).</summary>
/// <param name="runAsync">Runs another program.</param>
internal sealed class LocalPeople(Func<string, IReadOnlyList<string>, ExternalProgramOptions, CancellationToken, Task<ExternalProgramOutput>> runAsync)
{
    private const string Login = "org.freedesktop.login1";

    // ListSessions(out a(susso) sessions); the fields are id, user, user's name, seat, object path.
    private const int Fields = 5;

    private static readonly string[] s_sessions = ["--system", "--json=short", "call", Login, "/org/freedesktop/login1", $"{Login}.Manager", "ListSessions"];
    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>The name of the user if there is such a session; null if not, if the session is a remote one or in the background, and without logind.</summary>
    /// <param name="user">The user's number.</param>
    /// <param name="token">Cancels the question.</param>
    public async Task<string?> NameAsync(uint user, CancellationToken token)
    {
        try
        {
            foreach (var (name, path) in Sessions((await runAsync("busctl", s_sessions, s_patience, token)).Text, user))
            {
                if (IsInFront((await runAsync("busctl", ["--system", "--json=short", "get-property", Login, path, $"{Login}.Session", "Active", "Remote", "Class"], s_patience, token)).Text))
                {
                    return PrintableText.OneLine(name);
                }
            }
        }
        catch (ExternalProgramException)
        {
            // The session may have ended meanwhile, or there is no logind.
        }

        return null;
    }

    /// <summary>The sessions of a user at a seat: the user's name and the session's path.</summary>
    internal static IReadOnlyList<(string Name, string Path)> Sessions(string json, uint user)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("data")[0].EnumerateArray()
                .Where(one => one.GetArrayLength() == Fields && one[1].GetUInt32() == user && one[3].GetString()!.Length > 0)
                .Select(one => (one[2].GetString()!, one[4].GetString()!))];
        }
        catch (Exception error) when (IsMalformed(error))
        {
            return [];
        }
    }

    /// <summary>True if the three properties, a line each, are those of a person's session that is in front of its seat.</summary>
    internal static bool IsInFront(string json)
    {
        try
        {
            return json.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var active, var remote, var kind]
                && Value(active).GetBoolean() && !Value(remote).GetBoolean() && Value(kind).GetString()!.StartsWith("user", StringComparison.Ordinal);
        }
        catch (Exception error) when (IsMalformed(error))
        {
            return false;
        }

        static JsonElement Value(string line)
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("data").Clone();
        }
    }

    private static bool IsMalformed(Exception error) =>
        error is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException;
}
