using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// GRUB's: all of it beside its own configuration, which it has found when it reads the entry, whatever partitions, subvolumes and volumes that took. The entry
/// is in custom.cfg, which grub.cfg reads last and no update of it touches; it is the last of the menu, and is never saved as the default.
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

        if (laptop.Tree.Text($"{directory}/grub.cfg")?.Contains(Custom, StringComparison.Ordinal) == true)
        {
            return new GrubPlace(directory);
        }

        notes.Add($"no boot entry is installed: {directory}/grub.cfg does not read {Custom}; where /etc/grub.d/41_custom is executable, it does after update-grub (grub-mkconfig)");
        return null;
    }

    // A line of this file is read by GRUB's shell, which knows single quotes as others do.
    public override byte[] Content(string version, string arguments) => Encoding.UTF8.GetBytes(
        $"""
        # Written by `stiefel setup-server-os`, for {Custom} beside this directory.
        linux "${"{"}stiefel_directory{"}"}/stiefel/{version}/{Kernel}" {string.Join(' ', Words(arguments).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"))}
        initrd "${"{"}stiefel_directory{"}"}/stiefel/{version}/{Initrd}" "${"{"}stiefel_directory{"}"}/stiefel/{version}/{Keys}"

        """);

    public override IEnumerable<PlannedFile> Fixed(LaptopTree tree)
    {
        var before = tree.Bytes($"{Directory}/{Custom}") is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        yield return PlannedFile.Text($"{Directory}/{Custom}", $"an entry of GRUB's menu, {Title}, the last of it and never the default", before.Contains(Entry, StringComparison.Ordinal) ? before : before.Length == 0 || before.EndsWith('\n') ? before + Entry : $"{before}\n{Entry}");
    }

    // The kernel's own quotes hold blanks together.
    private static IEnumerable<string> Words(string arguments)
    {
        var word = new StringBuilder();
        var quoted = false;
        foreach (var letter in arguments.Append(' '))
        {
            quoted ^= letter == '"';
            if (letter == ' ' && !quoted)
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                }

                word.Clear();
            }
            else if (letter != '"')
            {
                word.Append(letter);
            }
        }
    }
}
