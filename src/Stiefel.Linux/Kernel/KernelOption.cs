using System.Buffers;

namespace Stiefel.Linux.Kernel;

/// <summary>One kernel argument: `quiet` has no value, `root=` an empty one.</summary>
public sealed record KernelOption(string Name, string? Value)
{
    private static readonly SearchValues<char> s_space = SearchValues.Create(" \t\n\v\f\r\u00a0");

    /// <summary>The option as it stands on a command line, quoted if it has white space.</summary>
    public override string ToString()
    {
        if (Value is null)
        {
            return NeedsQuotes(Name) ? $"\"{Name}\"" : Name;
        }

        // Quotes cannot be escaped in the kernel's syntax, so a name with white space is quoted together with its value.
        return NeedsQuotes(Name) ? $"\"{Name}={Value}\""
            : NeedsQuotes(Value) ? $"{Name}=\"{Value}\""
            : $"{Name}={Value}";
    }

    internal static KernelOption Parse(string argument)
    {
        var quoted = argument.StartsWith('"');
        if (quoted)
        {
            argument = argument[1..];
        }

        // next_arg looks for '=' from the second character on: an argument cannot have an empty name.
        var equals = argument.Length > 1 ? argument.IndexOf('=', 1) : -1;
        if (equals < 0)
        {
            return new(quoted ? WithoutClosingQuote(argument) : argument, null);
        }

        var value = argument[(equals + 1)..];
        if (value.StartsWith('"'))
        {
            value = WithoutClosingQuote(value[1..]);
        }
        else if (quoted)
        {
            value = WithoutClosingQuote(value);
        }

        return new(argument[..equals], value);
    }

    private static string WithoutClosingQuote(string text) => text.EndsWith('"') ? text[..^1] : text;

    private static bool NeedsQuotes(string text) =>
        text.Length > 0 && (text.AsSpan().ContainsAny(s_space) || text[0] == '"');
}
