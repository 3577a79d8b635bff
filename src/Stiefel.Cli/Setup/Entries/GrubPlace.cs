using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// The place for GRUB: beside its own configuration, which it has already found, on whatever partition, subvolume or volume, when it reads the entry. The
/// entry is in custom.cfg, which grub.cfg reads last and updates leave alone. It is the last of the menu, and is never saved as the default.
/// </summary>
internal sealed record GrubPlace(string Directory) : EntryPlace($"{Directory}/stiefel", $"{Directory}/stiefel/entry.cfg")
{
    private const string Custom = "custom.cfg";

    private const string Entry = $$"""
        # Written by `stiefel setup-server-os`; `--undo` takes it away again.
        set stiefel_directory="${config_directory}"
        if [ -z "${stiefel_directory}" ]; then set stiefel_directory="${prefix}"; fi
        if [ -f "${stiefel_directory}/stiefel/entry.cfg" ]; then
        menuentry '{{Title}}' --id {{Label}} {
            source "${stiefel_directory}/stiefel/entry.cfg"
        }
        fi

        """;

    public static GrubPlace? Find(LaptopFacts laptop, List<string> notes)
    {
        if (laptop.Boot.GrubDirectory is not { } directory)
        {
            return null;
        }

        if (MenuDirectory(laptop) is not null)
        {
            return new GrubPlace(directory);
        }

        notes.Add($"no boot entry is installed: {directory}/grub.cfg does not read {Custom}; make /etc/grub.d/41_custom executable, then run update-grub (grub-mkconfig)");
        return null;
    }

    /// <summary>The directory of GRUB's configuration, if that reads custom.cfg; otherwise null.</summary>
    public static string? MenuDirectory(LaptopFacts laptop) =>
        laptop.Boot.GrubDirectory is { } directory && laptop.Tree.Text($"{directory}/grub.cfg")?.Contains(Custom, StringComparison.Ordinal) == true ? directory : null;

    /// <summary>Plans custom.cfg with an entry at its end, where it is not there yet.</summary>
    public static PlannedFile InMenu(LaptopTree tree, string directory, string entry)
    {
        var before = tree.Bytes($"{directory}/{Custom}") is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        return PlannedFile.Text(
            $"{directory}/{Custom}", $"adds an entry \"{Title}\" to GRUB's menu, at its end and never the default",
            before.Contains(entry, StringComparison.Ordinal) ? before : before.Length == 0 || before.EndsWith('\n') ? before + entry : $"{before}\n{entry}");
    }

    // GRUB's shell reads these lines; it treats single quotes as other shells do.
    public override byte[] Content(string version, string arguments) => Encoding.UTF8.GetBytes(
        $"""
        # Written by `stiefel setup-server-os`, for {Custom} beside this directory.
        linux "${"{"}stiefel_directory{"}"}/stiefel/{version}/{Kernel}" {GrubWords.Of(arguments)}
        initrd "${"{"}stiefel_directory{"}"}/stiefel/{version}/{Initrd}" "${"{"}stiefel_directory{"}"}/stiefel/{version}/{Keys}"

        """);

    public override IEnumerable<PlannedFile> Fixed(LaptopTree tree) => [InMenu(tree, Directory, Entry)];
}
