using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Linux.Files;
using Stiefel.Linux.Kernel;

namespace Stiefel.BootFiles.Catalog;

/// <summary>An entry as it stands in a boot loader's configuration: the files it names may or may not exist.</summary>
internal sealed record BootEntry
{
    private const int MaxTitleLength = 100;
    private const int MaxInitrds = 32;

    /// <summary>The tree in which its paths are looked up.</summary>
    public required BootTree Tree { get; init; }

    /// <summary>Absolute path of the configuration file.</summary>
    public required string Source { get; init; }

    public required string Title { get; init; }

    /// <summary>The loader's path of the kernel, or of a unified kernel image, which holds everything.</summary>
    public required string Kernel { get; init; }

    public IReadOnlyList<string> Initrds { get; init; } = [];

    public string CommandLine { get; init; } = "";

    /// <summary>Why the entry cannot be booted, if its reader knows already: it starts another system, or its root= became empty. Null: its files decide.</summary>
    public string? Unfit { get; init; }

    /// <summary>Assumptions of the reader that a person may want to know about if this entry is booted.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The loader's own name for the entry, prefixed by the loader's kind (`loader:arch.conf`, `grub:gnulinux-simple`); it stays the same from boot to boot. Empty: it has no name.</summary>
    public string Id { get; init; } = "";

    /// <summary>The profile of a unified kernel image to boot, counted from 0.</summary>
    public int Profile { get; init; }

    /// <summary>What made this the entry to boot; empty for all others.</summary>
    public string Decided { get; init; } = "";

    /// <summary>Finds the file that a path in this entry means; null: <see cref="Tree"/> finds it.</summary>
    public Func<string, TreeFile?>? Locate { get; init; }

    /// <summary>The kernel's release according to the entry, for kernel images that do not tell it.</summary>
    public string ReleaseHint { get; init; } = "";

    /// <summary>Looks up the files; if one is missing or unfit, notes the reason in <paramref name="findings"/> and returns null.</summary>
    public BootSpec? Resolve(BootFindings findings)
    {
        try
        {
            var spec = ResolveFiles() with { Source = Source, Decided = Decided, Id = Id, Notes = Notes };
            if (!IsByHand)
            {
                RefuseUnfit(spec);
            }

            // A machine on which Stiefel is set up has an entry for its own ramdisk, perhaps as the default.
            return KernelCommandLine.Parse(spec.CommandLine).Has("stiefel_role")
                ? throw new InvalidDataException("this is Stiefel's own ramdisk")
                : spec;
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            findings.PassOver(Source, CleanTitle(), error.Message);
            if (OtherSystems.NameOf(Kernel) is { } system)
            {
                findings.FoundSystem(system, Kernel);
            }

            return null;
        }
    }

    /// <summary>True if a person named the files to the server directly; they are then not checked for being a Linux kernel with an initrd.</summary>
    public bool IsByHand { get; init; }

    // On the desktop, our own init runs first and then hands over to the init of the laptop's initrd: without an initrd there is nothing to hand over to.
    private void RefuseUnfit(BootSpec spec)
    {
        using var kernel = Tree.OpenAt(spec.Kernel.Path) ?? throw new InvalidDataException($"there is no file {OneLine(Kernel)}");
        if (!KernelImage.IsLinux(kernel, spec.Kernel))
        {
            throw new InvalidDataException($"{OneLine(Kernel)} is not a Linux kernel for this machine's processor");
        }

        if (spec.Initrds.Count == 0)
        {
            throw new InvalidDataException("has no initrd, and without one the desktop cannot reach the disk");
        }
    }

    private BootSpec ResolveFiles()
    {
        if (Unfit is { } reason)
        {
            throw new InvalidDataException(reason);
        }

        if (Kernel.Length == 0)
        {
            throw new InvalidDataException("names no Linux kernel");
        }

        using var kernel = Open(Kernel);
        if (UnifiedImage.TryRead(kernel, Profile) is { } unified)
        {
            return unified.ToSpec(Tree, CleanTitle(), CommandLine);
        }

        if (Initrds.Count > MaxInitrds)
        {
            throw new InvalidDataException($"names {Initrds.Count} initrds, more than {MaxInitrds}");
        }

        var region = Whole(kernel, Kernel);
        var release = KernelImage.ReadRelease(kernel, region);
        var commandLine = OneLine(CommandLine);
        return new BootSpec(
            CleanTitle(),
            region,
            [.. Initrds.Select(OpenWhole)],
            commandLine,
            release.Length > 0 ? release : KernelImage.IsRelease(ReleaseHint) ? ReleaseHint : "",
            RootOf(commandLine))
        {
            KernelName = Kernel,
        };
    }

    /// <summary>The value of the last `root=`, which is the one the kernel uses.</summary>
    internal static string RootOf(string commandLine) => KernelCommandLine.Parse(commandLine)["root"] ?? "";

    /// <summary>Replaces control characters, including line ends, by blanks.</summary>
    internal static string OneLine(string text)
        => string.Create(text.Length, text, static (line, from) =>
        {
            for (var at = 0; at < line.Length; at++)
            {
                line[at] = char.IsControl(from[at]) ? ' ' : from[at];
            }
        }).Trim();

    private string CleanTitle()
    {
        // The title is shown on consoles, which would obey escape sequences in it.
        var title = OneLine(Title);
        return title.Length == 0 ? "Linux" : title.Length > MaxTitleLength ? title[..MaxTitleLength] : title;
    }

    private FileRegion OpenWhole(string path)
    {
        using var file = Open(path);
        return Whole(file, path);
    }

    private TreeFile Open(string path)
        => (Locate is { } locate ? locate(path) : Tree.Open(path)) ?? throw new InvalidDataException($"there is no file {OneLine(path)}");

    private static FileRegion Whole(TreeFile file, string path)
        => file.Length > 0 ? new FileRegion(file.Path, 0, file.Length) : throw new InvalidDataException($"the file {OneLine(path)} is empty");
}
