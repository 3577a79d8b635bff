namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The commands.</summary>
internal sealed partial class GrubInterpreter
{
    private bool Execute(GrubCommand command)
    {
        var words = Expand(command.Words);
        if (words.Count == 0)
        {
            return true;
        }

        if (words[0] == "!")
        {
            words.RemoveAt(0);
            return words.Count == 0 || !Execute(words, command);
        }

        return Execute(words, command);
    }

    private bool Execute(List<string> words, GrubCommand command)
    {
        if (_functions.TryGetValue(words[0], out var body))
        {
            return Call(body, words);
        }

        switch (words[0])
        {
            case "set" when words.Count > 1:
                return Assign(words[1]);
            case "unset":
                words.ForEach(name => _variables.Remove(name));
                return true;
            case "[" when words[^1] == "]":
                return GrubCondition.Evaluate(words[1..^1], _tree);
            case "test":
                return GrubCondition.Evaluate(words[1..], _tree);
            case "load_env":
                return LoadEnvironment(words);
            case "source" or "." or "configfile" or "normal" when words.Count > 1:
                return RunFile(words[1]);
            case "menuentry" or "submenu":
                return AddMenuItem(words, command.Block ?? []);
            case "linux" or "linux16" or "linuxefi" when words.Count > 1:
                Boot = new GrubBoot(words[1], string.Join(' ', words.Skip(2).Select(Quote)));
                return true;
            case "initrd" or "initrd16" or "initrdefi":
                Boot?.Initrds.AddRange(words.Skip(1));
                return Boot is not null;
            case "return":
                _returning = true;
                return words.Count < 2 || words[1] == "0";

            // `false` by name; the others by nature: no key is held, no picture can be shown, no clock memory says so.
            case "false" or "keystatus" or "background_image" or "loadfont" or "cmostest" or "probe" or "regexp":
                return false;
            default:
                return !IsAssignment(command.Words[0]) || Assign(words[0]);
        }
    }

    /// <summary>Only an assignment whose name and `=` stand there literally is one.</summary>
    private static bool IsAssignment(GrubWord word)
    {
        var start = word.Parts[0] is { IsVariable: false, IsQuoted: false } part ? part.Text : "";
        var equals = start.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !start.AsSpan(0, equals).ContainsAnyExcept(s_nameCharacters);
    }

    private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private bool Assign(string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
        {
            Set(assignment[..equals], assignment[(equals + 1)..]);
        }

        return equals > 0;
    }

    /// <summary>`load_env [-f FILE] [NAME…]`: all variables, even if only some are asked for.</summary>
    private bool LoadEnvironment(List<string> words)
    {
        var option = words.IndexOf("-f");
        var path = option > 0 && option + 1 < words.Count ? words[option + 1] : $"{_variables.GetValueOrDefault("prefix", "")}/grubenv";
        if (_tree.ReadLoaderText(path, MaxFileBytes) is not { } text)
        {
            return false;
        }

        foreach ((var name, var value) in GrubEnvironmentBlock.Parse(text))
        {
            Set(name, value);
        }

        return true;
    }

    private bool AddMenuItem(List<string> words, IReadOnlyList<GrubStatement> body)
    {
        if (Menu.Count == MaxMenuItems)
        {
            throw new InvalidDataException($" the menu has more than {MaxMenuItems} entries");
        }

        string title = "", id = "";
        for (var at = 1; at < words.Count; at++)
        {
            var word = words[at];
            if (word.StartsWith("--id=", StringComparison.Ordinal))
            {
                id = word["--id=".Length..];
            }
            else if (word is "--id" or "--class" or "--users" or "--hotkey" or "--source" && at + 1 < words.Count)
            {
                id = word == "--id" ? words[at + 1] : id;
                at++;
            }
            else if (!word.StartsWith("--", StringComparison.Ordinal) && title.Length == 0)
            {
                title = word;
            }
        }

        Menu.Add(new GrubMenuItem(title, id, words[0] == "submenu", body));
        return true;
    }

    /// <summary>GRUB hands an argument with blanks to the kernel in quotes.</summary>
    private static string Quote(string word)
        => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : word;
}
