using YamlDotNet.Core;

namespace Stiefel.Cli.Configuration;

/// <summary>Collects what is wrong with one file, so that one run shows it all.</summary>
internal sealed class ConfigurationProblems(string file)
{
    private readonly List<(Mark Place, string Line)> _problems = [];

    public void Add(Mark place, string key, string problem)
        => _problems.Add((place, $"{file}:{place.Line}:{place.Column}: {(key.Length == 0 ? "" : key + ": ")}{problem}"));

    /// <exception cref="ConfigurationException">Something was added.</exception>
    public void ThrowIfAny()
    {
        // In the order of the file, which is not the order in which its parts are looked at.
        if (_problems.Count > 0)
        {
            throw new ConfigurationException([.. _problems.OrderBy(problem => problem.Place.Line).ThenBy(problem => problem.Place.Column).Select(problem => problem.Line)]);
        }
    }
}
