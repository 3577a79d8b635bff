using System.Text.Json;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Autokexec;

/// <summary>A program that forbids a shutdown.</summary>
/// <param name="Who">The program's name, as it gave it.</param>
/// <param name="Process">The number of its process.</param>
/// <param name="Why">Its reason.</param>
internal sealed record Inhibitor(string Who, uint Process, string Why)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Who} (process {Process}) inhibits shutdown: {Why}";
}

/// <summary>Lists the programs that inhibit a shutdown, as logind knows them (man 1 systemd-inhibit).</summary>
internal static class Inhibitors
{
    // org.freedesktop.login1(5): ListInhibitors(out a(ssssuu) inhibitors); the fields are what, who, why, mode, user, process.
    private const int Fields = 6;

    private static readonly string[] s_question =
        ["--system", "--json=short", "call", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "ListInhibitors"];

    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>The programs that forbid a shutdown. Those that only delay it are left out, since systemd waits for them. Empty without logind.</summary>
    public static async Task<IReadOnlyList<Inhibitor>> ListAsync(
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

    /// <param name="json">The output of busctl; anything else yields none.</param>
    internal static IReadOnlyList<Inhibitor> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("data")[0].EnumerateArray()
                .Where(one => one.GetArrayLength() == Fields && one[3].GetString() == "block" && one[0].GetString()!.Split(':').Contains("shutdown"))
                .Select(one => new Inhibitor(PrintableText.OneLine(one[1].GetString()!), one[5].GetUInt32(), PrintableText.OneLine(one[2].GetString()!)))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            return [];
        }
    }
}
