namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The variables of a script, in contexts: a submenu and a further configuration get copies of those that are exported, and theirs are lost after it.</summary>
internal sealed class GrubVariables
{
    private const int MaxVariables = 4096;

    private readonly Dictionary<string, string> _values;
    private readonly HashSet<string> _exported;

    public GrubVariables()
    {
        _values = new(StringComparer.Ordinal);
        _exported = new(StringComparer.Ordinal);
    }

    private GrubVariables(Dictionary<string, string> values, HashSet<string> exported)
    {
        _values = values;
        _exported = exported;
    }

    /// <summary>The same, to be changed without changing this.</summary>
    public GrubVariables Copy() => new(new(_values, StringComparer.Ordinal), new(_exported, StringComparer.Ordinal));

    /// <summary>A context of its own.</summary>
    public GrubVariables Inner()
        => new(new(_values.Where(variable => _exported.Contains(variable.Key)), StringComparer.Ordinal), new(_exported, StringComparer.Ordinal));

    /// <summary>Null if it is not set.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <exception cref="InvalidDataException">Too much of it.</exception>
    public void Set(string name, string value)
    {
        if (value.Length > GrubBudget.MaxValueLength)
        {
            throw new InvalidDataException($"the variable {BootEntry.OneLine(name)} grows beyond {GrubBudget.MaxValueLength} characters");
        }

        if (_values.Count >= MaxVariables && !_values.ContainsKey(name))
        {
            throw new InvalidDataException($"more than {MaxVariables} variables");
        }

        // (hd0,gpt2) is what scripts write, hd0,gpt2 what is kept (grub_env_write_root).
        _values[name] = name == "root" && value is ['(', .., ')'] ? value[1..^1] : value;
    }

    public void Unset(string name)
    {
        _values.Remove(name);
        _exported.Remove(name);
    }

    /// <summary>A variable that is not there becomes an empty one.</summary>
    public void Export(string name)
    {
        if (!_values.ContainsKey(name))
        {
            Set(name, "");
        }

        _exported.Add(name);
    }
}
