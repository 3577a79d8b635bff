namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>
/// Finds what GRUB would boot without anyone at the keyboard, then everything else in its menu. The body of each entry is executed in a copy of
/// the state in which the menu was shown, so that entries do not affect each other.
/// </summary>
internal sealed class GrubMenu
{
    private const int MaxDepth = 8;

    // The shared budget of all entries other than the defaults.
    private readonly GrubBudget _others = new();
    private readonly List<string> _yielded = [];
    private bool _exhausted;

    private GrubMenu()
    {
    }

    /// <summary>The default entry, then those that `fallback` names, then all others from top to bottom.</summary>
    public static IEnumerable<GrubCandidate> InBootOrder(GrubState state)
    {
        var menu = new GrubMenu();
        foreach (var candidate in menu.Defaults(state, null, 0))
        {
            menu._yielded.Add(candidate.Id);
            yield return candidate;
        }

        foreach (var candidate in menu.All(state, null, 0).Where(candidate => !menu._yielded.Remove(candidate.Id)))
        {
            yield return candidate;
        }
    }

    /// <summary>The default entry, which may be in a submenu, and the fallbacks that are tried after it.</summary>
    private IEnumerable<GrubCandidate> Defaults(GrubState state, string? path, int depth)
    {
        if (state.Nested is { } nested)
        {
            return depth > MaxDepth ? [Circular(path)] : Defaults(nested, path, depth + 1);
        }

        if (Started(state, path) is { } started)
        {
            return [started];
        }

        if (state.Menu.Count == 0)
        {
            return [];
        }

        var first = GrubChoice.Default(state.Menu, state.Variables["default"], out var exists, out var note);
        var fallbacks = GrubChoice.Fallbacks(state.Menu, state.Variables["fallback"] ?? "").Distinct().Where(item => !ReferenceEquals(item, first)).Take(MaxDepth);
        return Choose(state, first, path, Defaults, new GrubBudget(), depth)
            .Select(candidate => candidate with { Exists = candidate.Exists && exists, Notes = note is null ? candidate.Notes : [note, .. candidate.Notes] })
            .Concat(fallbacks.SelectMany(item => Choose(state, item, path, Defaults, new GrubBudget(), depth)));
    }

    /// <summary>All entries from top to bottom, including those of submenus.</summary>
    private IEnumerable<GrubCandidate> All(GrubState state, string? path, int depth)
        => state.Nested is { } nested ? depth > MaxDepth ? [Circular(path)] : All(nested, path, depth + 1)
            : state.Menu.TakeWhile(_ => !_exhausted).SelectMany(item => Choose(state, item, path, All, null, depth));

    private static GrubCandidate Circular(string? path) => new("", path ?? "", null, "its menus lead back to each other without end");

    /// <summary>What the script started before it showed any menu, or why it left GRUB; null if it did neither.</summary>
    private static GrubCandidate? Started(GrubState state, string? path)
        => state.Ending is not { } reason ? null : state.Boot is { } boot ? new GrubCandidate("", path ?? "", boot, "") : reason.Length > 0 ? new GrubCandidate("", path ?? "", null, reason) : null;

    /// <param name="state">The state in which the menu was shown.</param>
    /// <param name="item">The entry or submenu to run.</param>
    /// <param name="path">The ids of the submenus above it; null if there is none.</param>
    /// <param name="next">Continues with a menu that the item leads to.</param>
    /// <param name="budget">What the item's body may cost; null: it shares the budget of all other entries.</param>
    /// <param name="depth">The number of menus above it.</param>
    private IEnumerable<GrubCandidate> Choose(GrubState state, GrubMenuItem item, string? path, Func<GrubState, string?, int, IEnumerable<GrubCandidate>> next, GrubBudget? budget, int depth)
    {
        var id = item.Id.Replace(">", ">>", StringComparison.Ordinal);
        var chosen = path is null ? id : $"{path}>{id}";
        GrubState tried;
        try
        {
            tried = depth > MaxDepth ? throw new InvalidDataException("its menus lead back to each other without end") : Run(state, item, chosen, budget ?? _others, tell: budget is not null);
        }
        catch (InvalidDataException error)
        {
            _exhausted |= budget is null && depth <= MaxDepth;
            return [new GrubCandidate(item.Title, chosen, null, error.Message)];
        }

        var hasMenu = tried.Nested is not null || (item.IsSubmenu && tried.Boot is null && tried.Menu.Count > 0);
        var candidates = hasMenu ? next(tried, chosen, depth + 1)
            : [new GrubCandidate(item.Title, chosen, tried.Boot, tried.Ending is { Length: > 0 } reason ? reason : "it starts no Linux kernel")];
        return candidates.Select(one => one with { Title = one.Title.Length > 0 ? one.Title : item.Title, Problems = [.. tried.Problems ?? [], .. one.Problems] });
    }

    private static GrubState Run(GrubState state, GrubMenuItem item, string chosen, GrubBudget budget, bool tell)
    {
        var below = GrubChoice.Below(state.Variables["default"] ?? "");
        var tried = state.Try(budget, tell);
        tried = item.IsSubmenu ? tried.ForMenu(inner: true) : tried;
        tried.Variables.Set("chosen", chosen);
        tried.Variables.Export("chosen");
        tried.Variables.Unset("default");
        if (below is not null)
        {
            tried.Variables.Set("default", below);
        }

        new GrubInterpreter(tried).RunBody(item);
        if (tried.Boot is { } boot && item.EmptyVariables.Count > 0)
        {
            tried.Boot = boot with { EmptyVariables = [.. boot.EmptyVariables, .. item.EmptyVariables] };
        }

        return tried;
    }
}
