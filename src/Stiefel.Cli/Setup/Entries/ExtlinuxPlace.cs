using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// extlinux's and syslinux's: beside the configuration that is read, from which all its paths go out. That reads the entry last, so that the first entry, or the one
/// that DEFAULT names, stays what is started.
/// </summary>
internal sealed record ExtlinuxPlace(string Directory, string Configuration) : EntryPlace($"{Directory}/stiefel", $"{Directory}/stiefel/entry.cfg")
{
    private const string Include = """

        # Written by `stiefel setup-server-os`; `--undo` takes it away again.
        INCLUDE stiefel/entry.cfg

        """;

    // Where they look for it (wiki.syslinux.org, Config), as far as distributions use it.
    private static readonly string[] s_directories = ["/boot/extlinux", "/boot/syslinux", "/extlinux"];
    private static readonly string[] s_names = ["extlinux.conf", "syslinux.cfg"];

    public static ExtlinuxPlace? Find(LaptopFacts laptop) => s_directories
        .SelectMany(directory => s_names.Select(name => new ExtlinuxPlace(directory, $"{directory}/{name}")))
        .FirstOrDefault(place => laptop.Tree.HasFile(place.Configuration));

    // A line is cut where COM32 menus stop reading, at 2048 bytes; ours has a few hundred.
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
        yield return PlannedFile.Text(Configuration, $"an entry of the boot menu, {Title}, the last of it and never the default", before.Contains(Include, StringComparison.Ordinal) ? before : before.TrimEnd('\n') + "\n" + Include);
    }
}
