using Stiefel.CommandLine;
using Stiefel.Linux.Firmware;
using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Finds the installed boot entry of the server ramdisk and who can be told to start it once. The firmware's own entry first: any loader may be behind it, and
/// the firmware forgets its order for sure.
/// </summary>
/// <param name="variables">The firmware's.</param>
/// <param name="boot">/boot, for GRUB.</param>
/// <param name="mountOf">See <see cref="GrubEntry.Find"/>.</param>
internal sealed class OneTimeEntries(EfiVariables variables, string boot, Func<string, (MountEntry Mount, bool IsPartition)?> mountOf)
{
    /// <summary>What the entry is called, by its title or id.</summary>
    public const string Name = "stiefel";

    /// <summary>This machine's.</summary>
    public static OneTimeEntries OfThisMachine() => new(new EfiVariables(), "/boot", MountPlace.Of);

    /// <exception cref="UsageException">There is none; it says why, of each kind.</exception>
    public IOneTimeEntry Find(string configuration) =>
        FirmwareEntry.Find(variables, out var noFirmware) as IOneTimeEntry
        ?? LoaderEntry.Find(variables, out var noLoader) as IOneTimeEntry
        ?? GrubEntry.Find(boot, mountOf, out var noGrub)
        ?? throw new UsageException(
            $"{configuration}: autokexec.leave is firmware, and that takes an installed boot entry called {Name} with the ramdisk, to be started once: {noFirmware}; {noLoader}; {noGrub}. " +
            "With `leave: kexec` none is needed; if the screen is what matters, put its driver into the ramdisk (`modules: [i915]`, initrd.include-modules)");
}
