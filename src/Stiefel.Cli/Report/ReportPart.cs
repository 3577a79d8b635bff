using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Report;

/// <summary>One file of a report.</summary>
/// <param name="Name">The file's path in the archive.</param>
/// <param name="ReadAsync">Reads the file's text. If it throws, the error's message is written instead.</param>
internal sealed record ReportPart(string Name, Func<CancellationToken, Task<string>> ReadAsync)
{
    /// <summary>Most characters of one part. If a text is longer, its end is kept, because the trouble is usually there.</summary>
    public const int Most = 2 * 1024 * 1024;

    // Some of the programs may hang if a disk does.
    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>A part with the output of a program.</summary>
    public static ReportPart Of(string name, string program, params string[] arguments) => new(name, async token =>
    {
        if (ExternalProgram.Find(program) is null)
        {
            return $"{program} is not installed\n";
        }

        return $"$ {program} {string.Join(' ', arguments)}\n{(await ExternalProgram.RunAsync(program, arguments, s_patience, token)).Text}";
    });

    /// <summary>A part with the content of a file.</summary>
    public static ReportPart OfFile(string name, string path) => new(name, token => File.ReadAllTextAsync(path, token));

    /// <summary>The text without secrets, or the reason why it cannot be collected.</summary>
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
