namespace Stiefel.Server.Configuration;

/// <summary>`--Section:Key VALUE` and `--Section:Key=VALUE`. Unlike the platform's own source it lets nothing pass unread.</summary>
public static class CommandLineSettings
{
    /// <inheritdoc/>
    public const string Name = "command line";

    /// <exception cref="SettingsException">A word that is no setting, or a setting without a value.</exception>
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
