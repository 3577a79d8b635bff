using Stiefel.Linux.Kernel;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks what a desktop would boot, and which entries were passed over.</summary>
internal static class BootEntryChecks
{
    // Kernel arguments that name an encrypted root for the initramfs (mkinitcpio's encrypt, dracut, systemd-cryptsetup-generator).
    private static readonly string[] s_cryptArguments = ["cryptdevice", "luks.name", "rd.luks.name"];

    public static IEnumerable<Finding> Of(Patient patient)
    {
        var boot = patient.Laptop.Boot;
        if (boot.Menu is not { } menu)
        {
            yield return Finding.Stop("boot-nothing", boot.Problem, "mount /boot and the EFI System partition if they are not mounted, and run this again; or name the files in boot.load in config.yaml");
            yield break;
        }

        yield return Finding.Fine("boot-entry", $"a desktop boots \"{menu.Default.Title}\" ({menu.Report.Decided}){(menu.Entries.Count > 1 ? $"; {menu.Entries.Count - 1} more can be chosen there" : "")}");
        if (menu.Report.PassedOver.Count > 0)
        {
            yield return Finding.Note("boot-passed-over", $"{menu.Report.PassedOver.Count} boot entries cannot be used, the first: {menu.Report.PassedOver[0]}", "nothing, unless the one that you want is among them (docs/boot-entries.md)");
        }

        foreach (var finding in OfArguments(menu.Default.CommandLine))
        {
            yield return finding;
        }
    }

    // Names by hardware are checked only below /dev/disk: kernel names such as root=/dev/sda2 are translated on the desktop.
    private static IEnumerable<Finding> OfArguments(string commandLine)
    {
        var arguments = KernelCommandLine.Parse(commandLine);
        if (arguments["root"] is ['/', ..] root && root.StartsWith("/dev/disk/by-", StringComparison.Ordinal) && DeviceNames.IsOfHardware(root))
        {
            yield return Finding.Stop("root-by-hardware", $"the boot entry names the root file system by the laptop's hardware (root={root}), which no desktop has", "write root=UUID=… there (blkid shows it); with GRUB, in /etc/default/grub, then run update-grub (grub-mkconfig)");
        }

        foreach (var name in s_cryptArguments)
        {
            var device = (arguments[name] ?? "").Split(':')[0];
            if (DeviceNames.IsOfHardware(device))
            {
                yield return Finding.Stop("cryptdevice-by-hardware", $"the boot entry names the encrypted partition by the laptop's hardware ({name}={device}), which no desktop has", $"write {name}=UUID=… there (cryptsetup luksUUID {device} shows it)");
            }
        }
    }
}
