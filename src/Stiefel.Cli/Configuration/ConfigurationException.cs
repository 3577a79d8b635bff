using Stiefel.CommandLine;

namespace Stiefel.Cli.Configuration;

/// <summary>All errors of a configuration file, one line each: `file:line:column: key: what was expected`.</summary>
internal sealed class ConfigurationException(IReadOnlyList<string> problems)
    : VerbException(CommandLine.ExitCode.WrongUsage, string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
