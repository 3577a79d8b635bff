using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Finds out which boot entry started this system, so that the desktop boots the same. An entry that was selected for a single start is not repeated. The
/// loader clears such a selection when it boots, so it is recorded before the reboot, when this program is stopped.
/// </summary>
/// <param name="firmware">The directory with the firmware's variables.</param>
/// <param name="boot">The directory with GRUB's environment block, usually /boot.</param>
/// <param name="state">A directory that survives a reboot.</param>
/// <param name="run">A directory that does not survive a reboot.</param>
internal sealed class OwnStart(string firmware, string boot, string state, string run)
{
    private static readonly string[] s_grubEnvironments = ["grub/grubenv", "grub2/grubenv"];

    private const string FileName = "ordered-once";
    private const string GrubOrder = "grub";
    private const string GrubNext = $"{GrubEntry.NextEntry}=";

    /// <summary>The start of this machine.</summary>
    public static OwnStart OfThisMachine() => new(FirmwareVariables.Directory, "/boot", "/var/lib/stiefel", "/run/stiefel");

    /// <summary>Call at the program's beginning: a selection recorded before this start then counts for this run of the system only.</summary>
    public void Recall()
    {
        var written = Path.Combine(state, FileName);
        if (Quietly(() => File.Exists(written)))
        {
            Quietly(() =>
            {
                Directory.CreateDirectory(run);
                File.Copy(written, Path.Combine(run, FileName), overwrite: true);
                File.Delete(written);
                return true;
            });
        }
    }

    /// <summary>Call at the program's end, which may be a reboot: records which entry is selected for the next start.</summary>
    public void Remember()
    {
        var order = FirmwareVariables.ReadText(firmware, "LoaderEntryOneShot");
        order = order.Length > 0 ? order : HasGrubOrder() ? GrubOrder : "";

        // Ignore the ramdisk's entry: it does not start this system.
        order = LoaderEntry.IsOurs(order) ? "" : order;
        Quietly(() =>
        {
            Directory.CreateDirectory(state);
            var written = Path.Combine(state, FileName);
            File.Delete(written);
            if (order.Length > 0)
            {
                File.WriteAllText(written, order);
            }

            return true;
        });
    }

    /// <summary>The boot entry to hand to the ramdisk; null if it is unknown or must not be repeated.</summary>
    /// <param name="commandLine">The content of /proc/cmdline.</param>
    public string? Entry(string commandLine)
    {
        var ordered = "";
        Quietly(() =>
        {
            ordered = File.ReadAllText(Path.Combine(run, FileName)).Trim();
            return true;
        });
        var selected = FirmwareVariables.ReadText(firmware, "LoaderEntrySelected");
        return ordered == GrubOrder && selected.Length == 0 ? null : BootedEntry.OfRunning(selected, commandLine, ordered);
    }

    // True if an environment block holds `next_entry=` with a value (GNU GRUB manual, grub-reboot).
    private bool HasGrubOrder() => s_grubEnvironments.Any(path => Quietly(() =>
        File.ReadLines(Path.Combine(boot, path)).Any(line => line.StartsWith(GrubNext, StringComparison.Ordinal) && line.Length > GrubNext.Length && line != GrubNext + OneTimeEntries.Name)));

    // Ignore failures: without a recorded entry the desktop boots the loader's default, and calls must still be answered.
    private static bool Quietly(Func<bool> act)
    {
        try
        {
            return act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
