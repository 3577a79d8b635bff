namespace Stiefel.Cli.Laptop;

/// <summary>
/// The facts about a laptop, read once from its files, so that diagnosis and set-up judge the same thing. This class neither judges the facts nor changes
/// anything.
/// </summary>
internal sealed class LaptopFacts
{
    private static readonly (string Name, string[] Units)[] s_managers =
    [
        ("NetworkManager", ["NetworkManager.service"]), ("systemd-networkd", ["systemd-networkd.service"]), ("ConnMan", ["connman.service"]),
        ("wicked", ["wicked.service"]), ("dhcpcd", ["dhcpcd.service"]), ("ifupdown", ["networking.service"]),
    ];

    /// <param name="tree">The laptop's files; the caller must not dispose of them while this object is used.</param>
    public LaptopFacts(LaptopTree tree)
    {
        Tree = tree;
        Distribution = Distribution.Of(tree);
        Kernel = RunningKernel.Of(tree);
        Firmware = Firmware.Of(tree);
        Blocks = new BlockTree(tree);
        Names = new DeviceNames(tree, Blocks);
        FileSystems = FileSystemEntry.Of(tree);
        Encrypted = CryptEntry.Of(tree);
        Root = RootStorage.Of(tree, Blocks, Names, FileSystems);
        Boot = BootSetup.Of(tree, Firmware);
        Initramfs = InitramfsTool.Of(tree);
        Cards = NetworkCard.Of(tree);
    }

    public LaptopTree Tree { get; }
    public Distribution Distribution { get; }
    public RunningKernel Kernel { get; }
    public Firmware Firmware { get; }
    public BlockTree Blocks { get; }
    public DeviceNames Names { get; }
    public IReadOnlyList<FileSystemEntry> FileSystems { get; }
    public IReadOnlyList<CryptEntry> Encrypted { get; }
    public RootStorage Root { get; }
    public BootSetup Boot { get; }
    public InitramfsTool Initramfs { get; }
    public IReadOnlyList<NetworkCard> Cards { get; }

    /// <summary>True if the tree shows a running kernel with its hardware rather than only a root file system.</summary>
    public bool IsRunning => Kernel.Release.Length > 0;

    /// <summary>True if systemd is PID 1, or would be if the system ran.</summary>
    public bool HasSystemd => Tree.HasDirectory("run/systemd/system")
        || (!IsRunning && (Tree.HasFile("usr/lib/systemd/systemd") || Tree.HasFile("lib/systemd/systemd")));

    /// <summary>The enabled network managers, for example `NetworkManager`.</summary>
    public IReadOnlyList<string> NetworkManagers => [.. s_managers.Where(manager => manager.Units.Any(IsEnabled)).Select(manager => manager.Name)];

    /// <summary>True if systemd starts the unit at boot.</summary>
    public bool IsEnabled(string unit) => Tree.Names("etc/systemd/system")
        .Where(name => name.EndsWith(".wants", StringComparison.Ordinal) || name.EndsWith(".requires", StringComparison.Ordinal))
        .Any(target => Tree.Names($"etc/systemd/system/{target}").Contains(unit, StringComparer.Ordinal));
}
