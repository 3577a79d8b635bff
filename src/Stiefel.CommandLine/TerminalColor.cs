namespace Stiefel.CommandLine;

/// <summary>Colours are for a person at a terminal who did not say otherwise (no-color.org).</summary>
public static class TerminalColor
{
    /// <summary>This output may have them.</summary>
    public static bool IsWanted(TextWriter output) => IsWanted(output == Console.Out && !Console.IsOutputRedirected, Environment.GetEnvironmentVariable);

    /// <param name="isTerminal">Somebody sees it.</param>
    /// <param name="variable">The environment.</param>
    internal static bool IsWanted(bool isTerminal, Func<string, string?> variable) =>
        isTerminal && string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";
}
