using System.Collections;

namespace Stiefel.Server.Configuration;

/// <summary>
/// `STIEFEL_Section__Key` and plain `Section__Key`. Plain names count only with one of our sections, because other programs use other variables;
/// prefixed names always count, because they can only be meant for this server.
/// </summary>
public static class EnvironmentSettings
{
    /// <inheritdoc/>
    public const string Name = "environment";
    private const string Prefix = "STIEFEL_";
    private const string Separator = "__";

    /// <param name="variables">As <see cref="Environment.GetEnvironmentVariables()"/> gives them.</param>
    public static NamedSettingsSource Parse(IDictionary variables)
    {
        var plain = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var prefixed = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in variables)
        {
            var name = (string)variable.Key;
            var isPrefixed = name.StartsWith(Prefix, StringComparison.Ordinal);
            var key = isPrefixed ? name[Prefix.Length..] : name;
            var section = key.IndexOf(Separator, StringComparison.Ordinal);
            if (section <= 0 || (!isPrefixed && !ServerOptions.Sections.Contains(key[..section])))
            {
                continue;
            }

            (isPrefixed ? prefixed : plain)[key.Replace(Separator, ":", StringComparison.Ordinal)] = (string?)variable.Value;
        }

        foreach (var (key, value) in prefixed)
        {
            plain[key] = value;
        }

        return new NamedSettingsSource(Name, plain);
    }
}
