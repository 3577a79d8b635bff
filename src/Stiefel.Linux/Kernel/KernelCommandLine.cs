using System.Text;

namespace Stiefel.Linux.Kernel;

/// <summary>
/// Kernel arguments in order, split as the kernel splits them (lib/cmdline.c, next_arg): at white space, except inside double
/// quotes; quotes around a whole argument or a whole value are removed.
/// </summary>
public sealed class KernelCommandLine
{
    private readonly List<KernelOption> _options;

    private KernelCommandLine(List<KernelOption> options) => _options = options;

    /// <summary>Every option, in the order given; the same name may occur several times (console=…).</summary>
    public IReadOnlyList<KernelOption> Options => _options;

    /// <summary>The value of the last option of this name, which is the one the kernel uses. Null if it is absent or has no value.</summary>
    public string? this[string name] => _options.FindLast(option => option.Name == name)?.Value;

    /// <summary>Splits a text; an unclosed quote reaches to the end.</summary>
    public static KernelCommandLine Parse(string text)
    {
        List<KernelOption> options = [];
        var position = 0;
        while (TryReadArgument(text, ref position, out var argument))
        {
            options.Add(KernelOption.Parse(argument));
        }

        return new(options);
    }

    /// <summary>The arguments of the running kernel (man 5 proc_cmdline).</summary>
    public static KernelCommandLine ReadCurrent(string path = "/proc/cmdline") => Parse(File.ReadAllText(path));

    /// <summary>True if the option is there, with or without a value.</summary>
    public bool Has(string name) => _options.Exists(option => option.Name == name);

    /// <summary>The values of every option of this name, in order; options without a value are left out.</summary>
    public IEnumerable<string> All(string name) => _options.Where(option => option.Name == name).Select(option => option.Value).OfType<string>();

    /// <summary>A copy without any option of this name.</summary>
    public KernelCommandLine Without(string name) => new(_options.FindAll(option => option.Name != name));

    /// <summary>A copy with this option in place of all options of its name, at the end of the kernel's part (before `--`).</summary>
    public KernelCommandLine With(string name, string? value)
    {
        var options = _options.FindAll(option => option.Name != name);
        var end = options.FindIndex(option => option is { Name: "--", Value: null });
        options.Insert(end < 0 ? options.Count : end, new KernelOption(name, value));
        return new(options);
    }

    /// <summary>The arguments as a line again; values with white space are quoted.</summary>
    public override string ToString() => string.Join(' ', _options);

    private static bool TryReadArgument(string text, ref int position, out string argument)
    {
        while (position < text.Length && IsSpace(text[position]))
        {
            position++;
        }

        var start = position;
        var quoted = false;
        for (; position < text.Length && (quoted || !IsSpace(text[position])); position++)
        {
            quoted ^= text[position] == '"';
        }

        argument = text[start..position];
        return argument.Length > 0;
    }

    // The kernel's isspace includes the newline at the end of /proc/cmdline and the no-break space of Latin-1.
    private static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r') or '\u00a0';
}
