using Stiefel.CommandLine;
using Stiefel.Linux.Firmware;
using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Finds the installed boot entry of the server ramdisk that can be started once. It prefers an entry of the firmware itself, which works with any loader and
/// is certain to be cleared after one start.
/// </summary>
/// <param name="variables">The firmware's variables.</param>
/// <param name="boot">The directory in which GRUB's is looked for, usually /boot.</param>
/// <param name="mountOf">See <see cref="GrubEntry.Find"/>.</param>
internal sealed class OneTimeEntries(EfiVariables variables, string boot, Func<string, (MountEntry Mount, bool IsPartition)?> mountOf)
{
    /// <summary>The title or id of the entry.</summary>
    public const string Name = "stiefel";

    /// <summary>The entries of this machine.</summary>
    public static OneTimeEntries OfThisMachine() => new(new EfiVariables(), "/boot", MountPlace.Of);

    /// <summary>Finds the entry; null if there is none.</summary>
    /// <param name="why">The reason for each kind of entry, if there is none.</param>
    public IOneTimeEntry? TryFind(out string why)
    {
        string noLoader = "", noGrub = "";
        var entry = FirmwareEntry.Find(variables, out var noFirmware) as IOneTimeEntry
            ?? LoaderEntry.Find(variables, out noLoader) as IOneTimeEntry
            ?? GrubEntry.Find(boot, mountOf, out noGrub);
        why = entry is null ? $"{noFirmware}; {noLoader}; {noGrub}" : "";
        return entry;
    }

    /// <summary>Says that `leave: firmware` has no entry.</summary>
    /// <param name="configuration">The configuration's file.</param>
    /// <param name="why">See <see cref="TryFind"/>.</param>
    public static UsageException Missing(string configuration, string why) => new UsageException(
        $"{configuration}: autokexec.leave is firmware, which needs an installed boot entry called {Name} that starts the ramdisk, and there is none: {why}. " +
        "`leave: kexec` needs none; if it is about the screen, add its driver to the ramdisk (`modules: [i915]`, initrd.include-modules)");
}
