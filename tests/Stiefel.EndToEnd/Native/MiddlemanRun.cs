namespace Stiefel.EndToEnd.Native;

/// <summary>The result of one run of the client.</summary>
internal sealed record MiddlemanRun(int ExitCode, string Output, string DirectoryPath)
{
    /// <summary>The client's error lines.</summary>
    public IEnumerable<string> Errors => Output.Split('\n').Where(line => line.StartsWith("stiefel-client: ", StringComparison.Ordinal));

    /// <summary>The names of the files that it left, including half-written ones.</summary>
    public string[] Files => Directory.Exists(DirectoryPath) ? [.. Directory.GetFiles(DirectoryPath).Select(file => Path.GetFileName(file)!)] : [];
}
