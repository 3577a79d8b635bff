using YamlDotNet.Core;

namespace Stiefel.Cli.Configuration;

/// <summary>Collects what is wrong with one file, so that one run shows it all.</summary>
internal sealed class ConfigurationProblems(string file)
{
    private readonly List<string> _lines = [];

    public void Add(Mark place, string key, string problem)
        => _lines.Add($"{file}:{place.Line}:{place.Column}: {(key.Length == 0 ? "" : key + ": ")}{problem}");

    /// <exception cref="ConfigurationException">Something was added.</exception>
    public void ThrowIfAny()
    {
        if (_lines.Count > 0)
        {
            throw new ConfigurationException([.. _lines]);
        }
    }
}
