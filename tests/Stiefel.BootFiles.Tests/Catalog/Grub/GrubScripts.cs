namespace Stiefel.BootFiles.Tests.Catalog.Grub;

/// <summary>Generates GRUB scripts from a seed by a grammar. Every script ends, and prints as much of its state as possible.</summary>
internal sealed class GrubScripts(int seed, string files)
{
    private static readonly string[] s_names = ["a", "b", "c", "d1", "_e"];
    private static readonly string[] s_functions = ["f0", "f1", "f2"];
    private static readonly string[] s_texts = ["x", "y1", "-", "0", "1", "07", "0x1f", "10", "a=b", "v/w", "k-2", "k-11", "if", "in", "done", "[", "]", "!", "(", ")", "#z", "w#", "=", "%", ",", "@", "+", "~", "^", ":", "."];

    private readonly Random _random = new(seed);
    private int _depth;
    private int _callable;
    private int _loops;

    /// <summary>The beginning of every script: removes what the script before has left, and defines `show`, which prints its arguments.</summary>
    public static string Preamble { get; } =
        string.Concat(s_names.Append("i").Append("j").Append("w").Append("chosen").Append("default").Append("fallback").Select(name => $"unset {name}\n"))
        + string.Concat(s_functions.Select(name => $"function {name} {{ true; }}\n"))
        + "function show {\necho \"~$#\"\nfor w in \"$@\"; do echo \"~[$w]\"; done\n}\ntrue\n";

    /// <summary>A script with functions and statements.</summary>
    public string Script()
    {
        var script = Preamble;
        for (var at = 0; at < s_functions.Length; at++)
        {
            // Each function calls only earlier ones.
            _callable = at;
            script += $"function {s_functions[at]} {{\n{Statements(inFunction: true)}}}\n";
        }

        _callable = s_functions.Length;
        return script + Statements(inFunction: false) + Dump();
    }

    /// <summary>A script with some characters removed or added. It has no loops, which could become endless by that.</summary>
    public string BrokenScript()
    {
        _loops = 100;
        var script = Preamble;
        for (var statement = _random.Next(1, 6); statement > 0; statement--)
        {
            var text = Statement(inFunction: false);
            for (var change = _random.Next(3); change > 0 && text.Length > 0; change--)
            {
                var place = _random.Next(text.Length);
                text = _random.Next(2) == 0 ? text.Remove(place, 1) : text.Insert(place, Pick("{", "}", "'", "\"", "$", ";", "\n", "\\", "#", "|", "&", "<", " ", "if ", "fi", "then", "done\n", "${", "[["));
            }

            // End a quotation that is still open: it would take in the rest of the script, both in GRUB and here.
            script += text + Pick("", "", "", "'\"\n") + "\n" + Dump();
        }

        return script;
    }

    /// <summary>A menu that boots unattended; each of its entries prints its name and goes on to the next file.</summary>
    public string Menu(int number)
    {
        var next = $"configfile {files}/{number + 1}.cfg";
        var script = $"echo \"~@{number}\"\n{Preamble}set timeout=0\n";
        script += Optional("export a\n") + Optional("set a=exported\n") + Optional("set b=here\n");
        for (var at = _random.Next(1, 4); at > 0; at--)
        {
            script += Item(next, 0);
        }

        var wanted = Pick("", "0", "1", "2", "9", "A", "B", "i1", "i2", "0>1", "1>0", "A>B", "i1>i2", "i1>1", "A>>B", "0x1", "01", "1 - B", "S>", "-1", "A>i2>B", "i1>0>1");
        return script + (wanted.Length > 0 ? $"set default={Quote(wanted)}\n" : "");
    }

    private string Item(string next, int depth)
    {
        var title = Pick("A", "B", "A>B", "1 - B", "C c", "");
        var id = Pick("", " --id i1", " --id=i2", " --id i2 --class x", " --unrestricted", " --class a --class b");
        var extra = Pick("", "", " one", " 'two words' $a");
        if (depth < 2 && _random.Next(3) == 0)
        {
            var inner = string.Concat(Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Item(next, depth + 1)));
            return $"submenu {Quote(title)}{id}{extra} {{\n{Optional("set timeout=0\n")}{Optional("set c=sub\n")}{inner}}}\n";
        }

        return $"menuentry {Quote(title)}{id}{extra} {{\nshow \"$chosen\" \"$default\" \"$#\" \"$1\" \"$2\" \"$a\" \"$b\" \"$c\"\n{next}\n}}\n";
    }

    private string Statements(bool inFunction)
    {
        var text = "";
        for (var statement = _random.Next(1, _depth > 2 ? 3 : 5); statement > 0; statement--)
        {
            text += Statement(inFunction) + Pick("\n", "\n", "\n", "; ", "\n\n", " # c'om\"ment\n");
        }

        return text.EndsWith("; ", StringComparison.Ordinal) ? $"{text[..^2]}\n" : text;
    }

    private string Statement(bool inFunction)
    {
        _depth++;
        var statement = _random.Next(_depth > 4 ? 12 : 18) switch
        {
            0 or 1 => $"show {Words()}",
            2 => $"set {Name()}={Word()}",
            3 => $"{Name()}={Word()}",
            4 => Pick($"unset {Name()}", $"export {Name()}", "shift", $"setparams {Words()}", $"set {Name()}"),
            5 => $"show {Words()} {Pick("\\\n", "")} {Word()}",
            6 => _callable > 0 ? $"{s_functions[_random.Next(_callable)]} {Words()}" : "true",
            7 => Pick("break", "continue", "break 2", "true", "false", "! true", "! false"),
            8 => inFunction ? Pick("return", "return 0", "return 1", "true") : "return",
            9 => $"[ {Condition()} ]; if [ $? = 0 ]; then show t; else show f; fi",
            10 => $"eval {Quote($"show {Word()} $b")}",
            11 => Pick($"regexp --set {Pick("1:", "1:", "2:", ":", "x1:", "")}{Name()} '{Pick("(.*)-([0-9]+)", "k(.)", "^([a-z]*)", "[xyz](.?)")}' {Word()}", $"show {files}/g/{Pick("k-*", "?-1", "*.img", "no*", "d*/*", "\\*")}", $"source {files}/g/inc.cfg", $"tr --set={Name()} {Pick("-U", "--downcase", "ab xk", "k 1", "ab x")} {Pick(Word(), "")}"),
            12 or 13 => $"if {Test()}; then\n{Statements(inFunction)}{(_random.Next(2) == 0 ? $"elif {Test()}\nthen {Statements(inFunction)}" : "")}{(_random.Next(2) == 0 ? $"else\n{Statements(inFunction)}" : "")}fi",
            14 or 15 => $"for {Pick("i", "j", Name())} in {Words()}; do\n{Statements(inFunction)}done",
            16 when ++_loops < 4 => $"n{_loops}=\nwhile [ \"$n{_loops}\" != xx ]; do n{_loops}=x$n{_loops}\n{Statements(inFunction)}done",
            17 when ++_loops < 4 => $"n{_loops}=\nuntil [ \"$n{_loops}\" = xx ]; do n{_loops}=x$n{_loops}\n{Statements(inFunction)}done",
            _ => $"show {Words()}",
        };
        _depth--;
        return statement;
    }

    private string Test() => Pick($"[ {Condition()} ]", $"test {Condition()}", "true", "false", $"! [ {Condition()} ]", $"show {Word()}", $"{Name()}={Word()}\n[ {Condition()} ]");

    private string Condition()
    {
        var term = _random.Next(8) switch
        {
            0 => $"{Word()} {Pick("=", "==", "!=")} {Word()}",
            1 => $"{Number()} {Pick("-eq", "-ne", "-lt", "-le", "-gt", "-ge")} {Number()}",
            2 => $"{Pick("-n", "-z")} {Word()}",
            3 => $"{Word()} {Pick("-plt", "-pgt")} {Word()}",
            // -s is tried on files only: the emulator uses the host's file system, in which it can open a directory like a file.
            4 => Pick($"{Pick("-f", "-d", "-e")} {files}/g{Pick("", "/k-1", "/d", "/d/", "/no", "/empty")}", $"-s {files}/g/{Pick("k-1", "no", "empty")}"),
            5 => $"\"{Text()}\" {Pick("\"<\"", "\">\"", "\"<=\"", "\">=\"")} \"{Text()}\"",
            6 => Word(),
            _ => $"( {Word()} = {Word()} )",
        };
        return _random.Next(3) switch
        {
            0 when _depth < 6 => $"{term} {Pick("-a", "-o", "")} {Condition()}",
            1 => $"! {term}",
            _ => term,
        };
    }

    private string Words() => string.Join(' ', Enumerable.Range(0, _random.Next(5)).Select(_ => Word()));

    private string Word() => _random.Next(13) switch
    {
        0 or 1 => Text(),
        2 => $"${Name()}",
        3 => $"${{{Name()}}}",
        4 => $"\"{Pick("", "a b", " ", "q")}${Name()}{Pick("", "\\$x", "\\\\", "\\\"", " z", "\\z")}\"",
        5 => $"'{Pick("", "a b", "$a", "\\", "\"", "#")}'",
        6 => Pick("$1", "$2", "$#", "\"$@\"", "$@", "\"$*\"", "$*", "\"$1\"", "${1}", "\"$#\""),
        7 => $"{Text()}{Word()}",
        8 => Pick("\\a", "\\ ", "\\$a", "\\\"x", "\\\\", "a\\;b", "\\#"),
        9 => $"\"{Text()} {Text()}\"",
        10 => $"' {Text()}  {Text()} '",
        11 => $"$\"{Pick("", "a b", "$$", "\\$", "$")}{Pick($"${Name()}", $"${{{Name()}}}", "$@", "$*", "$1", "${2}", "$#", "${@}", "${a b}", "${a", "", "$")}{Pick("", " z", "\\z", "\\\\", "}", "-")}\"",
        _ => $"{Name()}",
    };

    private string Number() => Pick("0", "1", "-1", "10", "07", "0x1f", "010", "x", "\"\"", $"${Name()}", "4 ");

    private string Text() => s_texts[_random.Next(s_texts.Length)];

    private string Name() => s_names[_random.Next(s_names.Length)];

    private string Optional(string text) => _random.Next(2) == 0 ? text : "";

    private static string Dump() => $"show {string.Join(' ', s_names.Select(name => $"\"${name}\""))}\n";

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private string Pick(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];
}
