using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Stiefel.Cli.Configuration;

/// <summary>
/// Reads one mapping of the file. Reading a key also declares it, so that <see cref="Finish"/> knows which keys are unknown.
/// A section that is not in the file answers null to everything.
/// </summary>
internal sealed class ConfigurationSection(ConfigurationProblems problems, string path, YamlMappingNode? node)
{
    // YAML 1.1's words, because old files were read by PyYAML, which follows YAML 1.1.
    private static readonly Dictionary<string, bool> s_flags = new(StringComparer.OrdinalIgnoreCase)
    {
        ["true"] = true, ["yes"] = true, ["on"] = true, ["false"] = false, ["no"] = false, ["off"] = false,
    };

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public bool Exists => node is not null;

    public ConfigurationSection Section(string key)
    {
        var value = Value(key);
        if (value is not null and not YamlMappingNode && !IsNull(value))
        {
            Problem(key, value, $"expected a section of keys, found {Describe(value)}");
        }

        return new ConfigurationSection(problems, PathOf(key), value as YamlMappingNode);
    }

    public bool Has(string key) => Value(key) is not null;

    public string? Text(string key) => Value(key) is { } value ? AsText(PathOf(key), value) : null;

    /// <summary>One of these words. They may include words that YAML reads as true or false, such as `off`.</summary>
    public string? Word(string key, params IReadOnlyList<string> words)
    {
        var value = Value(key);
        if (value is YamlScalarNode { Value: { } text } && words.Contains(text))
        {
            return text;
        }

        if (value is not null)
        {
            Problem(key, value, $"expected {string.Join(", ", words.SkipLast(1))} or {words[^1]}, found {Describe(value)}");
        }

        return null;
    }

    public bool? Flag(string key)
    {
        var value = Value(key);
        if (value is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } && s_flags.TryGetValue(text, out var flag))
        {
            return flag;
        }

        if (value is not null)
        {
            Problem(key, value, $"expected true or false, found {Describe(value)}");
        }

        return null;
    }

    public int? Number(string key, int lowest, int highest)
    {
        var value = Value(key);
        if (value is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= lowest && number <= highest)
        {
            return number;
        }

        if (value is not null)
        {
            Problem(key, value, $"expected a whole number from {lowest} to {highest}, found {Describe(value)}");
        }

        return null;
    }

    /// <summary>A whole number; null for this word, and without the key.</summary>
    public int? NumberUnless(string key, string word, int lowest, int highest)
    {
        var value = Value(key);
        if (value is null || (value is YamlScalarNode { Value: { } only } && only == word))
        {
            return null;
        }

        if (value is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= lowest && number <= highest)
        {
            return number;
        }

        Problem(key, value, $"expected {word} or a whole number from {lowest} to {highest}, found {Describe(value)}");
        return null;
    }

    public IReadOnlyList<string>? Texts(string key)
    {
        switch (Value(key))
        {
            case null:
                return null;
            case YamlSequenceNode list:
                return [.. list.Select((item, index) => AsText($"{PathOf(key)}[{index}]", item)).OfType<string>()];
            case { } other when IsNull(other):
                return [];
            case { } other:
                Problem(key, other, $"expected a list of texts, found {Describe(other)}");
                return null;
        }
    }

    /// <summary>Reports a problem with a key's value that has the right type.</summary>
    public void Problem(string key, string problem) => Problem(key, Value(key), problem);

    /// <summary>Reports a problem with one item of a list.</summary>
    public void ItemProblem(string key, int index, string problem)
        => problems.Add(((YamlSequenceNode)Value(key)!)[index].Start, $"{PathOf(key)}[{index}]", problem);

    /// <summary>Reports every key that was not read as unknown.</summary>
    public void Finish()
    {
        foreach (var key in node?.Children.Keys ?? Enumerable.Empty<YamlNode>())
        {
            if (key is not YamlScalarNode { Value: { } name } || !_known.Contains(name))
            {
                problems.Add(key.Start, PathOf(key.ToString()), $"unknown key; expected one of {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
            }
        }
    }

    private YamlNode? Value(string key)
    {
        _known.Add(key);
        return node is not null && node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
    }

    private string? AsText(string itemPath, YamlNode value)
    {
        if (value is YamlScalarNode { Value: { } text } scalar)
        {
            var other = scalar.Style == ScalarStyle.Plain
                && (IsNull(value) || s_flags.ContainsKey(text) || double.TryParse(text, CultureInfo.InvariantCulture, out _));
            if (!other)
            {
                return text;
            }
        }

        var hint = value is YamlScalarNode && !IsNull(value) ? "; put it in quotes to make it a text" : "";
        problems.Add(value.Start, itemPath, $"expected a text, found {Describe(value)}{hint}");
        return null;
    }

    private void Problem(string key, YamlNode? value, string problem)
        => problems.Add((value ?? node)?.Start ?? Mark.Empty, PathOf(key), problem);

    private string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static bool IsNull(YamlNode value)
        => value is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" };

    private static string Describe(YamlNode value) => value switch
    {
        YamlMappingNode => "a section",
        YamlSequenceNode => "a list",
        _ when IsNull(value) => "nothing",
        YamlScalarNode scalar => $"`{scalar.Value}`",
        _ => "something else",
    };
}
