using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks whether the boot loader can be told to start an entry once, and whether the EFI System partition has room.</summary>
internal static class BootLoaderChecks
{
    // Room for two ramdisks of 40 MiB while one replaces the other, and for the files of a kernel upgrade.
    private const long NeededBytes = 128 << 20;

    public static IEnumerable<Finding> Of(Patient patient) => [.. OfOneTimeEntries(patient), .. OfSpace(patient)];

    private static IEnumerable<Finding> OfOneTimeEntries(Patient patient)
    {
        var laptop = patient.Laptop;
        var firmware = laptop.Firmware;
        if (laptop.Boot is { Loader: LoaderKind.Grub, GrubDirectory: { } directory } && GrubEnvironment.ObstacleOf(laptop, directory) is { } obstacle)
        {
            var text = $"GRUB cannot write its environment block ({directory}/grubenv is {obstacle}): an entry that grub-reboot selects for one start would be started for ever";
            yield return firmware.HasVariables
                ? Finding.Note("one-time-trap", text, "never use grub-reboot here; set-up adds an entry to the firmware's menu where it can, which the firmware itself starts once")
                : Finding.Note("one-time-trap", text + ", and a BIOS cannot select an entry either", "never use grub-reboot here; choose the entry in the menu by hand");
            yield break;
        }

        yield return (laptop.Boot.Loader, firmware.HasVariables) switch
        {
            (LoaderKind.Unknown, false) => Finding.Note("one-time-unknown", "the boot loader is unknown, so it cannot be told to start an entry once", "leave by kexec (autokexec.leave: kexec), or choose the entry in its menu by hand"),
            (_, true) => Finding.Fine("one-time", $"{laptop.Boot.Name}; the firmware can be told to start an entry once"),
            _ => Finding.Fine("one-time", $"{laptop.Boot.Name}; it can be told to start an entry once"),
        };
    }

    private static IEnumerable<Finding> OfSpace(Patient patient)
    {
        var laptop = patient.Laptop;
        if (laptop.Boot.EfiDirectory is { } directory && laptop.Firmware.IsUefi
            && laptop.Tree.OnDisk(directory + "/x") is { } inside && laptop.Tree.FreeBytes(Path.GetDirectoryName(inside)!) is { } free)
        {
            yield return free < NeededBytes
                ? Finding.Note(
                    "esp-space",
                    $"the EFI System partition ({directory}) has {DataSize.Binary(free)} free; a boot entry with the ramdisk on it needs up to {DataSize.Binary(NeededBytes)} while one ramdisk replaces another",
                    "remove kernels that are no longer used, or leave by kexec, which needs no room there")
                : Finding.Fine("esp-space", $"the EFI System partition ({directory}) has {DataSize.Binary(free)} free");
        }
    }
}
