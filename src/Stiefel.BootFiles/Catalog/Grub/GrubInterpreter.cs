using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>
/// Executes a script as far as it decides what is booted: variables, conditions, functions, includes, the menu, `linux` and
/// `initrd`. Commands that look at hardware or draw do nothing; `search` need not look, since there is one file system here.
/// </summary>
internal sealed class GrubInterpreter
{
    private const int MaxFileBytes = 4 * 1024 * 1024;
    private const int MaxMenuItems = 1024;
    private const int MaxVariables = 4096;

    private readonly BootTree _tree;
    private readonly GrubBudget _budget;
    private readonly Dictionary<string, string> _variables;
    private readonly Dictionary<string, IReadOnlyList<GrubStatement>> _functions;
    private bool _returning;

    public GrubInterpreter(BootTree tree, string prefix)
    {
        _tree = tree;
        _budget = new GrubBudget();
        _functions = new(StringComparer.Ordinal);

        // What GRUB sets before the script runs, as far as generated scripts ask.
        _variables = new(StringComparer.Ordinal)
        {
            ["prefix"] = prefix, ["config_directory"] = prefix, ["root"] = "hd0", ["grub_platform"] = "efi", ["grub_cpu"] = "x86_64",
            ["feature_menuentry_id"] = "y", ["feature_menuentry_options"] = "y", ["feature_all_video_module"] = "y", ["feature_200_final"] = "y",
            ["feature_default_font_path"] = "y", ["feature_platform_search_hint"] = "y", ["feature_timeout_style"] = "y",
        };
    }

    private GrubInterpreter(GrubInterpreter from)
    {
        _tree = from._tree;
        _budget = from._budget;
        _functions = new(from._functions, StringComparer.Ordinal);
        _variables = new(from._variables, StringComparer.Ordinal);
    }

    /// <summary>The menu as far as it was executed.</summary>
    public List<GrubMenuItem> Menu { get; } = [];

    /// <summary>What was to be loaded, if anything.</summary>
    public GrubBoot? Boot { get; private set; }

    /// <summary>As they stand after execution.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>Another interpreter in the same state, with an empty menu: for the body of an item of this one's menu.</summary>
    public GrubInterpreter Run(GrubMenuItem item)
    {
        var inner = new GrubInterpreter(this);
        inner._variables["chosen"] = item.Id.Length > 0 ? item.Id : item.Title;
        inner.Execute(item.Body);
        return inner;
    }

    /// <summary>Executes a file; false if there is none.</summary>
    /// <exception cref="InvalidDataException">`FILE:LINE: why` or `FILE: why`: it makes no sense, or asks for more than <see cref="GrubBudget"/> allows.</exception>
    public bool RunFile(string path)
    {
        if (_tree.ReadLoaderText(path, MaxFileBytes) is not { } text)
        {
            return false;
        }

        _budget.SpendFile();
        _budget.Enter();
        try
        {
            Execute(GrubParser.Parse(text));
            _returning = false;
        }
        catch (InvalidDataException error) when (error.InnerException is null)
        {
            throw new InvalidDataException($"{_tree.Absolute(path)}:{error.Message}", error);
        }

        _budget.Leave();
        return true;
    }

    private bool Execute(IReadOnlyList<GrubStatement> statements)
    {
        var status = true;
        for (var at = 0; at < statements.Count && !_returning; at++)
        {
            _budget.SpendStatement();
            status = Execute(statements[at]);
            _variables["?"] = status ? "0" : "1";
        }

        return status;
    }

    private bool Execute(GrubStatement statement)
    {
        switch (statement)
        {
            case GrubIf choice:
                GrubBranch? branch = choice.Branches.FirstOrDefault(branch => Execute(branch.Condition));
                return Execute(branch?.Body ?? choice.Otherwise);
            case GrubFor loop:
                var status = true;
                foreach (var word in Expand(loop.Words))
                {
                    Set(loop.Name, word);
                    status = Execute(loop.Body);
                }

                return status;
            case GrubWhile { Loop: var loop, Until: var until }:
                while (!_returning && Execute(loop.Condition) != until)
                {
                    // An empty condition and body cost no statement, but time.
                    _budget.SpendStatement();
                    Execute(loop.Body);
                }

                return true;
            case GrubFunction function:
                _functions[function.Name] = function.Body;
                return true;
            case GrubCommand command:
                return Execute(command);
            default:
                throw new InvalidOperationException(statement.GetType().Name);
        }
    }

    private bool Call(IReadOnlyList<GrubStatement> body, List<string> words)
    {
        KeyValuePair<string, string>[] outer = [.. _variables.Where(variable => IsParameter(variable.Key))];
        Array.ForEach(outer, variable => _variables.Remove(variable.Key));
        for (var at = 1; at < words.Count; at++)
        {
            Set($"{at}", words[at]);
        }

        Set("#", $"{words.Count - 1}");
        Set("@", string.Join(' ', words.Skip(1)));
        Set("*", string.Join(' ', words.Skip(1)));
        _budget.Enter();
        var status = Execute(body);
        _budget.Leave();
        _returning = false;
        foreach (var name in _variables.Keys.Where(IsParameter).ToArray())
        {
            _variables.Remove(name);
        }

        Array.ForEach(outer, variable => _variables[variable.Key] = variable.Value);
        return status;
    }

    /// <summary>`$1`, `$#`, `$@`, `$*`: a function has its own.</summary>
    private static bool IsParameter(string name) => char.IsAsciiDigit(name[0]) || name is "#" or "@" or "*";

    /// <summary>Words with their variables resolved; values outside quotes are cut at blanks, as in any shell.</summary>
    private List<string> Expand(IReadOnlyList<GrubWord> words)
    {
        var expanded = new List<string>();
        var current = new StringBuilder();
        foreach (var word in words)
        {
            var exists = false;
            foreach (var part in word.Parts)
            {
                var text = part.IsVariable ? _variables.GetValueOrDefault(part.Text, "") : part.Text;
                _budget.SpendCharacters(text.Length + 1);
                if (!part.IsVariable || part.IsQuoted)
                {
                    current.Append(text);
                    exists = true;
                    continue;
                }

                AppendFields(text, current, expanded);
            }

            if (exists || current.Length > 0)
            {
                expanded.Add(current.ToString());
                current.Clear();
            }
        }

        return expanded;
    }

    private static void AppendFields(string text, StringBuilder current, List<string> expanded)
    {
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
            {
                current.Append(c);
            }
            else if (current.Length > 0)
            {
                expanded.Add(current.ToString());
                current.Clear();
            }
        }
    }

    private void Set(string name, string value)
    {
        if (value.Length > GrubBudget.MaxValueLength)
        {
            throw new InvalidDataException($" the variable {BootEntry.OneLine(name)} grows beyond {GrubBudget.MaxValueLength} characters");
        }

        if (_variables.Count >= MaxVariables && !_variables.ContainsKey(name))
        {
            throw new InvalidDataException($" more than {MaxVariables} variables");
        }

        _variables[name] = value;
    }

    // The commands

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
