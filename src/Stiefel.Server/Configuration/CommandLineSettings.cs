namespace Stiefel.Server.Configuration;

/// <summary>`--Section:Key VALUE` and `--Section:Key=VALUE`. Unlike .NET's own source, it refuses every word that it does not understand.</summary>
public static class CommandLineSettings
{
    /// <inheritdoc/>
    public const string Name = "command line";

    /// <exception cref="SettingsException">A word is not a setting, or a setting has no value or is given twice.</exception>
    public static NamedSettingsSource Parse(IReadOnlyList<string> args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i++)
        {
            var word = args[i];
            if (!word.StartsWith("--", StringComparison.Ordinal) || word.Length == 2)
            {
                throw new SettingsException($"'{word}' (command line): expected --Section:Key VALUE; see stiefel-server --help");
            }

            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? word[2..] : word[2..equals];
            if (equals < 0 && (i + 1 == args.Count || args[i + 1].StartsWith("--", StringComparison.Ordinal)))
            {
                throw new SettingsException($"{word} (command line): the value is missing; see stiefel-server --help");
            }

            var value = equals < 0 ? args[++i] : word[(equals + 1)..];
            if (!settings.TryAdd(key, value))
            {
                throw new SettingsException($"--{key} (command line): given twice");
            }
        }

        return new NamedSettingsSource(Name, settings);
    }
}
