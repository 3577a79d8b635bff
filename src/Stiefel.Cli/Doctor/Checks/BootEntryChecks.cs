using Stiefel.Linux.Kernel;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>What a desktop would boot, and what was passed over.</summary>
internal static class BootEntryChecks
{
    // Arguments by which an initramfs finds an encrypted root (mkinitcpio's encrypt, dracut, systemd-cryptsetup-generator).
    private static readonly string[] s_cryptArguments = ["cryptdevice", "luks.name", "rd.luks.name"];

    public static IEnumerable<Finding> Of(Patient patient)
    {
        var boot = patient.Laptop.Boot;
        if (boot.Menu is not { } menu)
        {
            yield return Finding.Stop("boot-nothing", boot.Problem, "mount /boot and the EFI System partition if they are not, and look again; boot.load in config.yaml names the files by hand");
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

    // Kernel names such as root=/dev/sda2 are translated on the desktop; these are not.
    private static IEnumerable<Finding> OfArguments(string commandLine)
    {
        var arguments = KernelCommandLine.Parse(commandLine);
        if (arguments["root"] is ['/', ..] root && root.StartsWith("/dev/disk/by-", StringComparison.Ordinal) && DeviceNames.IsOfHardware(root))
        {
            yield return Finding.Stop("root-by-hardware", $"the boot entry names the root file system by the laptop's hardware (root={root}), which a desktop has not", "write root=UUID=… there (blkid shows it); on GRUB in /etc/default/grub, then make grub.cfg anew");
        }

        foreach (var name in s_cryptArguments)
        {
            var device = (arguments[name] ?? "").Split(':')[0];
            if (DeviceNames.IsOfHardware(device))
            {
                yield return Finding.Stop("cryptdevice-by-hardware", $"the boot entry names the encrypted partition by the laptop's hardware ({name}={device}), which a desktop has not", $"write {name}=UUID=… there (cryptsetup luksUUID {device} shows it)");
            }
        }
    }
}
