using YamlDotNet.Core;

namespace Stiefel.Cli.Configuration;

/// <summary>Collects the errors of one file, so that one run shows them all.</summary>
internal sealed class ConfigurationProblems(string file)
{
    private readonly List<(Mark Place, string Line)> _problems = [];

    public void Add(Mark place, string key, string problem)
        => _problems.Add((place, $"{file}:{place.Line}:{place.Column}: {(key.Length == 0 ? "" : key + ": ")}{problem}"));

    /// <exception cref="ConfigurationException">At least one error was added.</exception>
    public void ThrowIfAny()
    {
        // Report in the order of the file, which is not the order of checking.
        if (_problems.Count > 0)
        {
            throw new ConfigurationException([.. _problems.OrderBy(problem => problem.Place.Line).ThenBy(problem => problem.Place.Column).Select(problem => problem.Line)]);
        }
    }
}
