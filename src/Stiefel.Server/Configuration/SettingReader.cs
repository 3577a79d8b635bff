using System.Globalization;
using System.Net;

namespace Stiefel.Server.Configuration;

/// <summary>Reads typed settings; every mistake becomes one line that names the setting, its value and its source.</summary>
public sealed class SettingReader(IConfigurationRoot configuration)
{
    // The settings by name, with their default values.
    private readonly Dictionary<string, string?> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all settings that were read so far.</summary>
    public IReadOnlyCollection<string> Known => _known.Keys;

    /// <summary>The settings that were read so far with their values and sources, ordered by name.</summary>
    public IReadOnlyList<SettingValue> Values => [.. _known.OrderBy(known => known.Key, StringComparer.Ordinal).Select(known => string.IsNullOrEmpty(configuration[known.Key])
        ? new SettingValue(known.Key, known.Value, SettingValue.Default)
        : new SettingValue(known.Key, configuration[known.Key], SourceOf(known.Key)))];

    /// <summary>The text, or null if the setting is absent or empty.</summary>
    public string? Text(string key)
    {
        _known.TryAdd(key, null);
        return string.IsNullOrEmpty(configuration[key]) ? null : configuration[key];
    }

    /// <summary>The text, or another if the setting is absent or empty.</summary>
    public string Text(string key, string fallback) => TextOr(key, fallback) ?? fallback;

    /// <exception cref="SettingsException">The value is neither `true` nor `false`.</exception>
    public bool Boolean(string key, bool fallback) => TextOr(key, fallback ? "true" : "false") switch
    {
        null => fallback,
        { } text when bool.TryParse(text, out var value) => value,
        _ => throw Wrong(key, "true or false"),
    };

    /// <exception cref="SettingsException">The value is not a number, or is outside the range.</exception>
    public int Number(string key, int fallback, int least, int most) => TextOr(key, fallback.ToString(CultureInfo.InvariantCulture)) switch
    {
        null => fallback,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        _ => throw Wrong(key, $"a number from {least} to {most}"),
    };

    /// <exception cref="SettingsException">The value is not a name of the enumeration.</exception>
    public T Choice<T>(string key, T fallback)
        where T : struct, Enum
    {
        var text = TextOr(key, fallback.ToString().ToLowerInvariant());
        if (text is null)
        {
            return fallback;
        }

        foreach (var name in Enum.GetNames<T>())
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return Enum.Parse<T>(name);
            }
        }

        throw Wrong(key, string.Join(" or ", Enum.GetNames<T>()).ToLowerInvariant());
    }

    /// <summary>An address with a port; port 0 lets the kernel choose.</summary>
    /// <exception cref="SettingsException">The value has no address or no port.</exception>
    public IPEndPoint EndPoint(string key, IPEndPoint fallback)
    {
        var text = TextOr(key, fallback.ToString());
        if (text is null)
        {
            return fallback;
        }

        // IPEndPoint takes a bare address for one with port 0, and `::1:80` for an address.
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text[colon - 1] == ']' || !text[..colon].Contains(':', StringComparison.Ordinal));
        return hasPort && IPEndPoint.TryParse(text, out var value) ? value : throw Wrong(key, "ADDRESS:PORT like [::]:10809 or 127.0.0.1:10809");
    }

    /// <summary>An address with a port, or null for the word `none`.</summary>
    public IPEndPoint? OptionalEndPoint(string key, IPEndPoint? fallback)
    {
        var text = TextOr(key, fallback?.ToString() ?? "none");
        return text is null ? fallback : text == "none" ? null : EndPoint(key, new IPEndPoint(0, 0));
    }

    /// <summary>An exception for a value that is well-formed but cannot be used.</summary>
    public SettingsException Wrong(string key, string expected) => new($"{key} = '{configuration[key]}' ({SourceOf(key)}): expected {expected}");

    /// <summary>Refuses settings that were never read, because a mistyped name must not silently mean the default.</summary>
    /// <exception cref="SettingsException">The first unknown setting.</exception>
    public void RefuseUnknown()
    {
        foreach (var provider in configuration.Providers)
        {
            foreach (var key in KeysOf(provider, null))
            {
                if (!_known.ContainsKey(key))
                {
                    throw new SettingsException($"unknown setting {key} ({provider}); {Hint(key)}");
                }
            }
        }
    }

    private string? TextOr(string key, string fallback)
    {
        _known[key] = fallback;
        return Text(key);
    }

    private string SourceOf(string key) => configuration.Providers.LastOrDefault(p => p.TryGet(key, out _))?.ToString() ?? "not set";

    /// <summary>Suggests a known setting with the same last word, or one that differs by a typing mistake.</summary>
    private string Hint(string key)
    {
        var tail = key[Math.Max(0, key.LastIndexOf(':'))..];
        var near = Known.FirstOrDefault(k => k.EndsWith(tail, StringComparison.OrdinalIgnoreCase))
            ?? Known.FirstOrDefault(k => Typo.IsLikely(key, k));
        return near is null ? "see stiefel-server --help" : $"did you mean {near}?";
    }

    private static IEnumerable<string> KeysOf(IConfigurationProvider provider, string? parent)
    {
        foreach (var child in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var path = parent is null ? child : ConfigurationPath.Combine(parent, child);
            if (provider.TryGet(path, out _))
            {
                yield return path;
            }

            foreach (var key in KeysOf(provider, path))
            {
                yield return key;
            }
        }
    }
}
