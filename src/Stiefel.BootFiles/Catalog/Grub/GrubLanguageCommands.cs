using System.Globalization;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The commands of the language itself: variables, parameters, loops, conditions.</summary>
internal static class GrubLanguageCommands
{
    private const string SmallLetters = "abcdefghijklmnopqrstuvwxyz";
    private const string Capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    public static IEnumerable<KeyValuePair<string, Func<GrubCall, int>>> All { get; } = new Dictionary<string, Func<GrubCall, int>>
    {
        ["set"] = Set,
        ["unset"] = Unset,
        ["export"] = Export,
        ["["] = Test,
        ["test"] = Test,
        ["true"] = _ => GrubStatus.Success,
        ["false"] = _ => GrubStatus.False,
        ["return"] = Return,
        ["break"] = call => Break(call, continues: false),
        ["continue"] = call => Break(call, continues: true),
        ["shift"] = Shift,
        ["setparams"] = SetParameters,
        ["eval"] = call => call.Arguments.Count == 0 ? GrubStatus.Success : call.Interpreter.RunSource(string.Join(' ', call.Arguments)),
        ["regexp"] = Match,
        ["tr"] = Translate,
        ["increment"] = call => Add(call, 1),
        ["decrement"] = call => Add(call, -1),
    };

    private static int Set(GrubCall call)
    {
        if (call.Arguments.Count == 0)
        {
            return GrubStatus.Success;
        }

        var equals = call.Arguments[0].IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return GrubStatus.BadArgument;
        }

        call.Variables.Set(call.Arguments[0][..equals], call.Arguments[0][(equals + 1)..]);
        return GrubStatus.Success;
    }

    private static int Unset(GrubCall call)
    {
        if (call.Arguments.Count == 0)
        {
            return GrubStatus.BadArgument;
        }

        call.Variables.Unset(call.Arguments[0]);
        return GrubStatus.Success;
    }

    private static int Export(GrubCall call)
    {
        foreach (var name in call.Arguments)
        {
            call.Variables.Export(name);
        }

        return call.Arguments.Count == 0 ? GrubStatus.BadArgument : GrubStatus.Success;
    }

    private static int Test(GrubCall call) => GrubStatus.Of(GrubCondition.Evaluate(call.Arguments, call.State.Resolve, call.State.Files));

    private static int Return(GrubCall call)
    {
        if (call.Interpreter.Scope is null || call.Arguments.Count > 1)
        {
            return GrubStatus.BadArgument;
        }

        var text = call.Arguments.Count == 0 ? call.Variables["?"] ?? "0" : call.Arguments[0];
        if ((call.Arguments.Count > 0 && call.Interpreter.ErrorRemains) || GrubNumber.Parse(text, out var end) is not { } number || end < text.Length)
        {
            return GrubStatus.BadArgument;
        }

        call.Interpreter.Return();
        return (int)Math.Min(number, int.MaxValue);
    }

    private static int Break(GrubCall call, bool continues)
    {
        if ((call.Arguments.Count > 0 && call.Interpreter.ErrorRemains) || Count(call) is not > 0)
        {
            return GrubStatus.BadArgument;
        }

        call.Interpreter.Break(Count(call)!.Value, continues);
        return GrubStatus.Success;
    }

    private static int Shift(GrubCall call)
        => call.Interpreter.Scope is not { } scope ? GrubStatus.Success
            : Count(call) is { } count && scope.Shift(count) ? GrubStatus.Success : GrubStatus.BadArgument;

    private static int SetParameters(GrubCall call)
    {
        call.Interpreter.Scope?.Replace(call.Arguments);
        return GrubStatus.Of(call.Interpreter.Scope is not null);
    }

    /// <summary>The count in the only argument, or 1 without an argument; null if it is not a number.</summary>
    private static int? Count(GrubCall call) => call.Arguments.Count switch
    {
        0 => 1,
        1 when int.TryParse(call.Arguments[0], out var count) && count >= 0 => count,
        _ => null,
    };

    /// <summary>`regexp [--set [NUMBER:]NAME]… PATTERN TEXT`.</summary>
    private static int Match(GrubCall call)
    {
        if (GrubOptions.Parse(call.Arguments, "s|set=") is not { Rest: [var pattern, var text] } options)
        {
            return GrubStatus.BadArgument;
        }

        if (GrubRegex.Match(pattern, text) is not { } groups)
        {
            return GrubStatus.False;
        }

        foreach (var setting in options.All("set"))
        {
            var colon = setting.IndexOf(':', StringComparison.Ordinal);
            var number = colon < 0 ? 1 : 0;
            if (colon > 0 && !int.TryParse(setting.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out number))
            {
                return GrubStatus.BadArgument;
            }

            var name = setting[(colon + 1)..];
            if (number < groups.Count)
            {
                call.Variables.Set(name, groups[number]);
            }
            else
            {
                call.Variables.Unset(name);
            }
        }

        return GrubStatus.Success;
    }

    /// <summary>`tr [--set=NAME] [--upcase|--downcase] [FROM TO] [TEXT]` (commands/tr.c): each character of FROM becomes that of TO in the same place.</summary>
    private static int Translate(GrubCall call)
    {
        if (GrubOptions.Parse(call.Arguments, "s|set=", "U|upcase", "D|downcase") is not { } options)
        {
            return GrubStatus.BadArgument;
        }

        var (from, to) = options.Has("downcase") ? (Capitals, SmallLetters) : options.Has("upcase") ? (SmallLetters, Capitals) : ("", "");
        if (options.Rest.Count > 1)
        {
            (from, to) = (options.Rest[0], options.Rest[1]);
        }

        // Without a text, the variable's own value is translated.
        var name = options["set"];
        var text = options.Rest.Count is 1 or 3 ? options.Rest[^1] : name is null ? null : call.Variables[name];
        if (text is null || from.Length != to.Length || options.Rest.Count > 3 || (options.Rest.Count < 2 && from.Length == 0))
        {
            return GrubStatus.BadArgument;
        }

        var translated = string.Concat(text.Select(letter => from.IndexOf(letter, StringComparison.Ordinal) is var at and >= 0 ? to[at] : letter));
        if (name is not null)
        {
            call.Variables.Set(name, translated);
        }
        else
        {
            call.State.Output?.Invoke(translated);
        }

        return GrubStatus.Success;
    }

    /// <summary>`increment` and `decrement`, Fedora's boot counters.</summary>
    private static int Add(GrubCall call, long change)
    {
        if (call.Arguments.Count != 1)
        {
            return GrubStatus.BadArgument;
        }

        call.Variables.Set(call.Arguments[0], $"{GrubNumber.Signed(call.Variables[call.Arguments[0]] ?? "0") + change}");
        return GrubStatus.Success;
    }
}
