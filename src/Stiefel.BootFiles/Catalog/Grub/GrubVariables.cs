namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The variables of a script. A submenu or nested configuration gets a context of its own: copies of the exported variables, dropped when it ends.</summary>
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

    /// <summary>A copy that can be changed independently.</summary>
    public GrubVariables Copy() => new(new(_values, StringComparer.Ordinal), new(_exported, StringComparer.Ordinal));

    /// <summary>A new context with the exported variables only.</summary>
    public GrubVariables Inner()
        => new(new(_values.Where(variable => _exported.Contains(variable.Key)), StringComparer.Ordinal), new(_exported, StringComparer.Ordinal));

    /// <summary>The value of a variable; null if it is not set.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <exception cref="InvalidDataException">The value is too long, or there are too many variables.</exception>
    public void Set(string name, string value)
    {
        if (value.Length > GrubBudget.MaxValueLength)
        {
            throw new InvalidDataException($"the variable {BootEntry.OneLine(name)} grows beyond {GrubBudget.MaxValueLength} characters");
        }

        if (_values.Count >= MaxVariables && !_values.ContainsKey(name))
        {
            throw new InvalidDataException($"the script sets more than {MaxVariables} variables");
        }

        // Scripts write (hd0,gpt2), but the variable holds hd0,gpt2 (grub_env_write_root).
        _values[name] = name == "root" && value is ['(', .., ')'] ? value[1..^1] : value;
    }

    public void Unset(string name)
    {
        _values.Remove(name);
        _exported.Remove(name);
    }

    /// <summary>Exports a variable; one that is not set becomes empty.</summary>
    public void Export(string name)
    {
        if (!_values.ContainsKey(name))
        {
            Set(name, "");
        }

        _exported.Add(name);
    }
}
