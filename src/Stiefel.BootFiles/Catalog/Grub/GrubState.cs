namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>What scripts change, and what they led to.</summary>
internal sealed class GrubState
{
    private GrubState(GrubFiles files, GrubVariables variables, Dictionary<string, GrubList> functions)
    {
        Files = files;
        Variables = variables;
        Functions = functions;
    }

    /// <summary>As GRUB is before it reads its configuration.</summary>
    /// <param name="files">What it can reach.</param>
    /// <param name="root">Its `$root`.</param>
    /// <param name="prefix">Its `$prefix`, with the device.</param>
    /// <param name="output">See <see cref="Output"/>.</param>
    public static GrubState Initial(GrubFiles files, string root, string prefix, Action<string>? output = null)
    {
        var variables = new GrubVariables();

        // grub-core/normal/main.c and kern/main.c, as far as scripts ask.
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

        // Fedora's and openSUSE's EFI images say where they lie.
        variables.Set("cmdpath", prefix);
        return new GrubState(files, variables, new(StringComparer.Ordinal)) { Output = output };
    }

    public GrubFiles Files { get; }

    public GrubVariables Variables { get; }

    public Dictionary<string, GrubList> Functions { get; }

    /// <summary>What this costs, for all that comes of it.</summary>
    public GrubBudget Budget { get; init; } = new();

    /// <summary>The menu as far as it was executed.</summary>
    public List<GrubMenuItem> Menu { get; private init; } = [];

    /// <summary>What is loaded; null if nothing is.</summary>
    public GrubBoot? Boot { get; set; }

    /// <summary>Another configuration whose menu took over.</summary>
    public GrubState? Nested { get; set; }

    /// <summary>Why no command after this one is executed: what is loaded was started, or GRUB was left. Null: the script goes on.</summary>
    public string? Ending { get; set; }

    /// <summary>Syntax errors and the like; null: nobody wants to know.</summary>
    public List<GrubProblem>? Problems { get; init; } = [];

    /// <summary>Told what `echo` writes, in tests that compare it with GRUB's own.</summary>
    public Action<string>? Output { get; init; }

    /// <summary>The value of `$root`.</summary>
    public string Root => Variables["root"] ?? "";

    /// <summary>What a path means now.</summary>
    public GrubPath Resolve(string path) => Files.Resolve(path, Root);

    /// <summary>The same, with a menu of its own and in a context of its own or not.</summary>
    public GrubState ForMenu(bool inner) => new(Files, inner ? Variables.Inner() : Variables.Copy(), new(Functions, StringComparer.Ordinal)) { Budget = Budget, Problems = Problems, Output = Output };

    /// <summary>A copy in which something can be tried.</summary>
    /// <param name="budget">What that may cost.</param>
    /// <param name="tell">True if somebody wants to know of problems.</param>
    public GrubState Try(GrubBudget budget, bool tell)
        => new(Files, Variables.Copy(), new(Functions, StringComparer.Ordinal)) { Budget = budget, Menu = [.. Menu], Problems = tell ? [] : null, Output = tell ? Output : null };
}
