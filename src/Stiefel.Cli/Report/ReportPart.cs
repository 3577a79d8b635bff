using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Report;

/// <summary>One file of a report.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="ReadAsync">Its text. What it throws is written in its place.</param>
internal sealed record ReportPart(string Name, Func<CancellationToken, Task<string>> ReadAsync)
{
    /// <summary>Characters of one part; of a longer one the end is kept, where the trouble is.</summary>
    public const int Most = 2 * 1024 * 1024;

    // Some of what is asked may hang where a disk does.
    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>What a program prints.</summary>
    public static ReportPart Of(string name, string program, params string[] arguments) => new(name, async token =>
    {
        if (ExternalProgram.Find(program) is null)
        {
            return $"{program} is not installed\n";
        }

        return $"$ {program} {string.Join(' ', arguments)}\n{(await ExternalProgram.RunAsync(program, arguments, s_patience, token)).Text}";
    });

    /// <summary>What is in a file.</summary>
    public static ReportPart OfFile(string name, string path) => new(name, token => File.ReadAllTextAsync(path, token));

    /// <summary>Collects it, and says instead why it cannot.</summary>
    public async Task<string> CollectAsync(Redaction redaction, CancellationToken token)
    {
        string text;
        try
        {
            text = await ReadAsync(token);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ExternalProgramException or VerbException or InvalidOperationException)
        {
            text = $"not collected: {error.Message}\n";
        }

        return redaction.Clean(text.Length > Most ? text[^Most..] : text);
    }
}
