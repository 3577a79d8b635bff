namespace Stiefel.EndToEnd.Native;

/// <summary>What one run of the client came to.</summary>
internal sealed record MiddlemanRun(int ExitCode, string Output, string DirectoryPath)
{
    /// <summary>What it complains about.</summary>
    public IEnumerable<string> Errors => Output.Split('\n').Where(line => line.StartsWith("stiefel-client: ", StringComparison.Ordinal));

    /// <summary>What it left, half-written ones too.</summary>
    public string[] Files => Directory.Exists(DirectoryPath) ? [.. Directory.GetFiles(DirectoryPath).Select(file => Path.GetFileName(file)!)] : [];
}
