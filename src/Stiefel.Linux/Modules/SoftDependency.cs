namespace Stiefel.Linux.Modules;

/// <summary>Modules that should, but need not, be loaded before and after another (man 5 modprobe.d, softdep).</summary>
internal sealed class SoftDependency
{
    public List<string> Before { get; } = [];

    public List<string> After { get; } = [];

    /// <summary>Reads `softdep NAME pre: A B post: C` into a table; several lines for one module are combined.</summary>
    public static void Read(string line, Dictionary<string, SoftDependency> table)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || words[0] != "softdep")
        {
            return;
        }

        var name = ModuleName.Normalize(words[1]);
        if (!table.TryGetValue(name, out var dependency))
        {
            table[name] = dependency = new SoftDependency();
        }

        // Ignore words before the first keyword, as modprobe does.
        List<string>? list = null;
        foreach (var word in words.AsSpan(2))
        {
            switch (word)
            {
                case "pre:":
                    list = dependency.Before;
                    break;
                case "post:":
                    list = dependency.After;
                    break;
                default:
                    list?.Add(word);
                    break;
            }
        }
    }
}
