namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>What scripts change: variables, functions, the menu, and what is loaded.</summary>
internal sealed class GrubState
{
    private GrubState(GrubFiles files, GrubVariables variables, Dictionary<string, GrubList> functions)
    {
        Files = files;
        Variables = variables;
        Functions = functions;
    }

    /// <summary>The state of GRUB before it reads its configuration.</summary>
    /// <param name="files">The files that scripts can reach.</param>
    /// <param name="root">The initial `$root`.</param>
    /// <param name="prefix">The initial `$prefix`, including the device.</param>
    /// <param name="output">See <see cref="Output"/>.</param>
    public static GrubState Initial(GrubFiles files, string root, string prefix, Action<string>? output = null)
    {
        var variables = new GrubVariables();

        // The variables of grub-core/normal/main.c and kern/main.c that scripts use.
        (string, string)[] initial =
        [
            ("root", root), ("prefix", prefix), ("grub_platform", "efi"), ("grub_cpu", "x86_64"), ("lang", ""), ("locale_dir", $"{prefix}/locale"),
            ("color_normal", "white/black"), ("color_highlight", "black/white"), ("pager", ""),
            ("feature_chainloader_bpb", "y"), ("feature_ntldr", "y"), ("feature_platform_search_hint", "y"), ("feature_default_font_path", "y"),
            ("feature_all_video_module", "y"), ("feature_menuentry_id", "y"), ("feature_menuentry_options", "y"), ("feature_200_final", "y"),
            ("feature_nativedisk_cmd", "y"), ("feature_timeout_style", "y"),
        ];
        foreach ((var name, var value) in initial)
        {
            variables.Set(name, value);
            variables.Export(name);
        }

        // The EFI images of Fedora and openSUSE are started from this directory.
        variables.Set("cmdpath", prefix);
        return new GrubState(files, variables, new(StringComparer.Ordinal)) { Output = output };
    }

    public GrubFiles Files { get; }

    public GrubVariables Variables { get; }

    public Dictionary<string, GrubList> Functions { get; }

    /// <summary>The budget of this state and of all nested ones.</summary>
    public GrubBudget Budget { get; init; } = new();

    /// <summary>The menu's entries so far.</summary>
    public List<GrubMenuItem> Menu { get; private init; } = [];

    /// <summary>The files loaded so far; null if there are none.</summary>
    public GrubBoot? Boot { get; set; }

    /// <summary>The state of another configuration whose menu replaced this one; null if none did.</summary>
    public GrubState? Nested { get; set; }

    /// <summary>Why no further command is executed: empty if what is loaded was started, else the reason for leaving GRUB. Null: the script goes on.</summary>
    public string? Ending { get; set; }

    /// <summary>Collects syntax errors and other problems; null: they are not reported.</summary>
    public List<GrubProblem>? Problems { get; init; } = [];

    /// <summary>Called with what `echo` writes, in tests that compare it with the real GRUB.</summary>
    public Action<string>? Output { get; init; }

    /// <summary>The value of `$root`.</summary>
    public string Root => Variables["root"] ?? "";

    /// <summary>Resolves a path with the present `$root`.</summary>
    public GrubPath Resolve(string path) => Files.Resolve(path, Root);

    /// <summary>A state with an empty menu; with a context of its own for variables if <paramref name="inner"/> is true.</summary>
    public GrubState ForMenu(bool inner) => new(Files, inner ? Variables.Inner() : Variables.Copy(), new(Functions, StringComparer.Ordinal)) { Budget = Budget, Problems = Problems, Output = Output };

    /// <summary>A copy, in which an entry can be tried.</summary>
    /// <param name="budget">What the trial may cost.</param>
    /// <param name="tell">True if problems are to be reported.</param>
    public GrubState Try(GrubBudget budget, bool tell)
        => new(Files, Variables.Copy(), new(Functions, StringComparer.Ordinal)) { Budget = budget, Menu = [.. Menu], Problems = tell ? [] : null, Output = tell ? Output : null };
}
