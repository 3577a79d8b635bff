namespace Stiefel.CommandLine;

/// <summary>Decides about colours: only for a person at a terminal who has not turned them off (no-color.org).</summary>
public static class TerminalColor
{
    /// <summary>True if this output may contain colours.</summary>
    public static bool IsWanted(TextWriter output) => IsWanted(output == Console.Out && !Console.IsOutputRedirected, Environment.GetEnvironmentVariable);

    /// <param name="isTerminal">True if the output is a terminal.</param>
    /// <param name="variable">Returns an environment variable.</param>
    internal static bool IsWanted(bool isTerminal, Func<string, string?> variable) =>
        isTerminal && string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";
}
