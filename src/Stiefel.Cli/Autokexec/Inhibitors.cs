using System.Text.Json;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Autokexec;

/// <summary>Programs that want this system not to be shut down now, of which logind keeps a list (man 1 systemd-inhibit).</summary>
internal static class Inhibitors
{
    // org.freedesktop.login1(5): ListInhibitors(out a(ssssuu) inhibitors): what, who, why, mode, user, process.
    private const int Fields = 6;

    private static readonly string[] s_question =
        ["--system", "--json=short", "call", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "ListInhibitors"];

    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Those that forbid it, a line each. Delays need no look: systemd waits for them. A system without logind has none.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(
        Func<string, IReadOnlyList<string>, ExternalProgramOptions, CancellationToken, Task<ExternalProgramOutput>> runAsync, CancellationToken token)
    {
        try
        {
            return Read((await runAsync("busctl", s_question, s_patience, token)).Text);
        }
        catch (ExternalProgramException)
        {
            return [];
        }
    }

    /// <param name="json">What busctl prints; anything else names none.</param>
    internal static IReadOnlyList<string> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("data")[0].EnumerateArray()
                .Where(one => one.GetArrayLength() == Fields && one[3].GetString() == "block" && one[0].GetString()!.Split(':').Contains("shutdown"))
                .Select(one => $"{PrintableText.OneLine(one[1].GetString()!)} (process {one[5].GetUInt32()}) wants no shutdown now: {PrintableText.OneLine(one[2].GetString()!)}")];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            return [];
        }
    }
}
