namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Commands that add menu entries or show another menu.</summary>
internal static class GrubMenuCommands
{
    public static IEnumerable<KeyValuePair<string, Func<GrubCall, int>>> All { get; } = new Dictionary<string, Func<GrubCall, int>>
    {
        ["menuentry"] = Add,
        ["submenu"] = Add,
        ["configfile"] = call => call.Arguments is [var file] ? TakeOver(call, file, inner: true) : GrubStatus.BadArgument,
        ["normal"] = call => TakeOver(call, call.Arguments is [var file, ..] ? file : $"{call.Variables["prefix"]}/grub.cfg", inner: false),
        ["blscfg"] = GrubBlsCommands.ReadEntries,
        ["bls_import"] = GrubBlsCommands.ReadEntries,
        ["uki"] = GrubBlsCommands.ReadImages,
    };

    private static readonly string s_tooMany = $"this entry and those after it are left out, because the menu has more than {GrubBudget.MaxMenuItems} entries";

    private static int Add(GrubCall call)
    {
        if (GrubOptions.ParseLoosely(call.Arguments, "class=", "users=", "hotkey=", "source=", "id=", "unrestricted") is not { } options
            || options.Rest.Count == 0 || options.Has("source") == call.Block is not null)
        {
            return GrubStatus.BadArgument;
        }

        Append(call.State, new GrubMenuItem(options.Rest, options["id"] ?? options.Rest[0], call.Name == "submenu", options["source"] ?? call.Block!));
        return GrubStatus.Success;
    }

    /// <summary>Adds an entry; entries beyond <see cref="GrubBudget.MaxMenuItems"/> are left out.</summary>
    public static void Append(GrubState state, GrubMenuItem item)
    {
        if (state.Menu.Count < GrubBudget.MaxMenuItems)
        {
            state.Menu.Add(item);
        }
        else if (state.Problems?.Exists(problem => problem.Reason == s_tooMany) == false)
        {
            state.Problems.Add(new GrubProblem("grub.cfg", item.Title, s_tooMany));
        }
    }

    /// <summary>Runs another configuration; if it makes a menu, that menu is shown at once.</summary>
    private static int TakeOver(GrubCall call, string file, bool inner)
    {
        var nested = call.State.ForMenu(inner);
        new GrubInterpreter(nested).RunFile(file);
        if (nested.Menu.Count > 0 || nested.Nested is not null || nested.Ending is not null)
        {
            call.State.Nested = nested;
            call.State.Ending = "";
        }

        return GrubStatus.Success;
    }
}
