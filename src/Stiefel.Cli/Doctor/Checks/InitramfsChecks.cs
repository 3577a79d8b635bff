using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks whether the laptop would no longer start after an upgrade on a desktop.</summary>
internal static class InitramfsChecks
{
    public static IEnumerable<Finding> Of(Patient patient)
    {
        var tool = patient.Laptop.Initramfs;
        foreach (var setting in tool.ThisMachineOnly)
        {
            yield return Finding.Note(
                "initramfs-this-machine-only",
                $"{tool.Name} puts only the drivers of the machine that it runs on into the initramfs ({setting}): after a kernel upgrade on a desktop the laptop would not find its disk",
                tool.Maker switch
                {
                    InitramfsMaker.InitramfsTools => "stiefel setup-server-os (it adds MODULES=most in /etc/initramfs-tools/conf.d)",
                    InitramfsMaker.Dracut => "stiefel setup-server-os (it adds hostonly=no in /etc/dracut.conf.d)",
                    InitramfsMaker.Mkinitcpio => "stiefel setup-server-os (it adds a file in /etc/mkinitcpio.conf.d that takes autodetect out of HOOKS)",
                    _ => "let it include all drivers, and rebuild the initramfs",
                });
        }

        if (tool is { Maker: not InitramfsMaker.Unknown, ThisMachineOnly.Count: 0 })
        {
            yield return Finding.Fine("initramfs", $"{tool.Name} puts the drivers of all machines into the initramfs");
        }

        // lvmdevices(8): LVM ignores devices that are not in the list, and on a desktop the disk has another name.
        if (patient.Laptop.Root.Layers.Any(layer => layer.StartsWith("LVM", StringComparison.Ordinal)) && patient.Tree.HasFile("etc/lvm/devices/system.devices"))
        {
            yield return Finding.Note("lvm-devices-file", "/etc/lvm/devices/system.devices lists the devices that LVM may use, and the disk's name on a desktop is not among them", "if the desktop does not find its volumes: use_devicesfile = 0 in /etc/lvm/lvm.conf, and rebuild the initramfs");
        }
    }
}
