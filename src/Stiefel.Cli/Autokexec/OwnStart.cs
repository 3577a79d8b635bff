using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Which boot entry this system was started by, for the desktop to boot the same. An order for one start alone is not repeated; the loader
/// forgets such an order as it follows it, so it is written down before the start, when this program is stopped for the reboot.
/// </summary>
/// <param name="firmware">Where the firmware's variables are.</param>
/// <param name="boot">/boot, for GRUB's environment block.</param>
/// <param name="state">A directory that outlives a reboot.</param>
/// <param name="run">A directory that does not.</param>
internal sealed class OwnStart(string firmware, string boot, string state, string run)
{
    private static readonly string[] s_grubEnvironments = ["grub/grubenv", "grub2/grubenv"];

    private const string FileName = "ordered-once";
    private const string GrubOrder = "grub";
    private const string GrubNext = $"{GrubEntry.NextEntry}=";

    /// <summary>This machine's.</summary>
    public static OwnStart OfThisMachine() => new(FirmwareVariables.Directory, "/boot", "/var/lib/stiefel", "/run/stiefel");

    /// <summary>When this program begins: what was ordered for the start that is over now counts for this run of the system, and no other.</summary>
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

    /// <summary>When this program ends, perhaps for a reboot: what is ordered for the next start.</summary>
    public void Remember()
    {
        var order = FirmwareVariables.ReadText(firmware, "LoaderEntryOneShot");
        order = order.Length > 0 ? order : HasGrubOrder() ? GrubOrder : "";

        // The ramdisk's is no start of this system.
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

    /// <summary>As it is handed on; null if it cannot be told, or is not to be repeated.</summary>
    /// <param name="commandLine">/proc/cmdline.</param>
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

    // `next_entry=` with something behind it (GNU GRUB manual, grub-reboot).
    private bool HasGrubOrder() => s_grubEnvironments.Any(path => Quietly(() =>
        File.ReadLines(Path.Combine(boot, path)).Any(line => line.StartsWith(GrubNext, StringComparison.Ordinal) && line.Length > GrubNext.Length && line != GrubNext + OneTimeEntries.Name)));

    // Without all this the loader's default is booted, which is no reason not to hear a call.
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
