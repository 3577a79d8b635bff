namespace Stiefel.Cli.Laptop;

/// <summary>Tools that make the laptop's own initramfs.</summary>
internal enum InitramfsMaker
{
    /// <summary>No known tool.</summary>
    Unknown,

    /// <summary>Debian's and Ubuntu's tool.</summary>
    InitramfsTools,

    /// <summary>The tool of Fedora, openSUSE, and Ubuntu since 25.10.</summary>
    Dracut,

    /// <summary>Arch's tool.</summary>
    Mkinitcpio,

    /// <summary>The tool of Artix and others.</summary>
    Booster,
}

/// <summary>
/// The tool, and whether it includes only this machine's drivers. If so, an initramfs that is rebuilt while the system runs on a desktop holds the
/// desktop's drivers, and the laptop does not start from it.
/// </summary>
/// <param name="Maker">The tool.</param>
/// <param name="ThisMachineOnly">The settings that cause this, for example `MODULES=dep in /etc/initramfs-tools`; none if it includes all drivers.</param>
internal sealed record InitramfsTool(InitramfsMaker Maker, IReadOnlyList<string> ThisMachineOnly)
{
    private const string Presets = "etc/mkinitcpio.d";

    private static readonly (InitramfsMaker Maker, string[] Programs)[] s_makers =
    [
        (InitramfsMaker.InitramfsTools, ["usr/sbin/mkinitramfs", "usr/sbin/update-initramfs"]),
        (InitramfsMaker.Dracut, ["usr/bin/dracut", "usr/sbin/dracut"]),
        (InitramfsMaker.Mkinitcpio, ["usr/bin/mkinitcpio"]),
        (InitramfsMaker.Booster, ["usr/bin/booster"]),
    ];

    /// <summary>The tool's name.</summary>
    public string Name => Maker switch
    {
        InitramfsMaker.InitramfsTools => "initramfs-tools",
        InitramfsMaker.Dracut => "dracut",
        InitramfsMaker.Mkinitcpio => "mkinitcpio",
        InitramfsMaker.Booster => "booster",
        _ => "none that is known",
    };

    /// <summary>Reads the tool and its settings from a tree.</summary>
    public static InitramfsTool Of(LaptopTree tree)
    {
        // Several tools may be present: Debian's dracut has its own update-initramfs, and mkinitcpio may remain beside dracut. The one whose hook runs counts.
        var maker = s_makers.FirstOrDefault(one => one.Programs.Any(tree.HasFile)).Maker;
        maker = maker == InitramfsMaker.InitramfsTools && !tree.HasDirectory("usr/share/initramfs-tools") && tree.HasFile("usr/bin/dracut") ? InitramfsMaker.Dracut : maker;
        return new InitramfsTool(maker, [.. maker switch
        {
            InitramfsMaker.InitramfsTools => OfInitramfsTools(tree),
            InitramfsMaker.Dracut => OfDracut(tree),
            InitramfsMaker.Mkinitcpio => OfMkinitcpio(tree),
            InitramfsMaker.Booster => OfBooster(tree),
            _ => [],
        }]);
    }

    private static IEnumerable<string> OfInitramfsTools(LaptopTree tree)
    {
        var settings = ShellSettings.Of(tree, "etc/initramfs-tools/initramfs.conf", "etc/initramfs-tools/conf.d", "usr/share/initramfs-tools/conf.d");
        return settings["MODULES"] is "dep" or "list" ? [$"MODULES={settings["MODULES"]} in /etc/initramfs-tools"] : [];
    }

    // man 5 dracut.conf: hostonly defaults to `yes`.
    private static IEnumerable<string> OfDracut(LaptopTree tree)
    {
        var settings = ShellSettings.Of(tree, "etc/dracut.conf", "usr/lib/dracut/dracut.conf.d", "etc/dracut.conf.d");
        return settings["hostonly"] == "no" ? [] : [settings["hostonly"].Length == 0 ? "hostonly is not set in /etc/dracut.conf.d, and dracut's default is yes" : $"hostonly={settings["hostonly"]} in dracut's configuration"];
    }

    private static IEnumerable<string> OfMkinitcpio(LaptopTree tree)
    {
        string[] files = ["etc/mkinitcpio.conf", .. tree.Names("etc/mkinitcpio.conf.d").Where(name => name.EndsWith(".conf", StringComparison.Ordinal)).Select(name => $"etc/mkinitcpio.conf.d/{name}")];
        var hooks = files.Select(file => (File: file, Hooks: new ShellSettings(tree.Lines(file))["HOOKS"])).LastOrDefault(found => found.Hooks.Length > 0);
        var fallback = tree.Names(Presets).Any(name => tree.Lines($"{Presets}/{name}").Any(line => line.StartsWith("PRESETS=", StringComparison.Ordinal) && line.Contains("fallback", StringComparison.Ordinal)));
        return hooks.Hooks is { } list && list.Trim('(', ')').Split(' ').Contains("autodetect", StringComparer.Ordinal)
            ? [$"the hook autodetect in /{hooks.File}{(fallback ? "; the fallback image includes all drivers" : "")}"]
            : [];
    }

    // github.com/anatol/booster: `universal: true` includes all drivers.
    private static IEnumerable<string> OfBooster(LaptopTree tree) =>
        tree.Lines("etc/booster.yaml").Any(line => line.Replace(" ", "", StringComparison.Ordinal) == "universal:true") ? [] : ["universal is not true in /etc/booster.yaml"];
}
