using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// The place for extlinux and syslinux: beside their configuration, at which all its paths start. The configuration includes the entry last, so that the
/// first entry, or the one that DEFAULT names, remains the default.
/// </summary>
internal sealed record ExtlinuxPlace(string Directory, string Configuration) : EntryPlace($"{Directory}/stiefel", $"{Directory}/stiefel/entry.cfg")
{
    private const string Include = """

        # Written by `stiefel setup-server-os`; `--undo` takes it away again.
        INCLUDE stiefel/entry.cfg

        """;

    // The places where extlinux and syslinux look for their configuration (wiki.syslinux.org, Config), as far as distributions use them.
    private static readonly string[] s_directories = ["/boot/extlinux", "/boot/syslinux", "/extlinux"];
    private static readonly string[] s_names = ["extlinux.conf", "syslinux.cfg"];

    public static ExtlinuxPlace? Find(LaptopFacts laptop) => s_directories
        .SelectMany(directory => s_names.Select(name => new ExtlinuxPlace(directory, $"{directory}/{name}")))
        .FirstOrDefault(place => laptop.Tree.HasFile(place.Configuration));

    // COM32 menus cut a line after 2048 bytes; ours has a few hundred.
    public override byte[] Content(string version, string arguments) => Encoding.UTF8.GetBytes(
        $"""
        # Written by `stiefel setup-server-os`, for {Path.GetFileName(Configuration)} in the directory above.
        LABEL {Label}
            MENU LABEL {Title}
            LINUX stiefel/{version}/{Kernel}
            INITRD stiefel/{version}/{Initrd},stiefel/{version}/{Keys}
            APPEND {arguments}

        """);

    public override IEnumerable<PlannedFile> Fixed(LaptopTree tree)
    {
        var before = tree.Bytes(Configuration) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        yield return PlannedFile.Text(Configuration, $"adds an entry \"{Title}\" to the boot menu, at its end and never the default", before.Contains(Include, StringComparison.Ordinal) ? before : before.TrimEnd('\n') + "\n" + Include);
    }
}
