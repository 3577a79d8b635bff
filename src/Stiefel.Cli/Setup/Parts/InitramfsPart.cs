using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>
/// Plans drop-ins that put the drivers of all machines into the laptop's initramfs. Otherwise an initramfs that is made on a desktop would hold only the
/// desktop's drivers, and the laptop would not start from it. They take effect with the next kernel; the present initramfs was made on the laptop.
/// </summary>
internal static class InitramfsPart
{
    private const string Why = "an initramfs that is made while the system runs on a desktop must hold this laptop's drivers, too";
    private const string Head = "# Written by `stiefel setup-server-os`; `--undo` takes it away again.\n# ";

    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop, List<string> notes)
    {
        if (laptop.Initramfs.ThisMachineOnly.Count == 0)
        {
            return [];
        }

        return laptop.Initramfs.Maker switch
        {
            InitramfsMaker.InitramfsTools => [PlannedFile.Text("/etc/initramfs-tools/conf.d/zz-stiefel", Why, $"{Head}{Why}.\nMODULES=most\n")],
            InitramfsMaker.Dracut => [PlannedFile.Text("/etc/dracut.conf.d/zz-stiefel.conf", Why, $"{Head}{Why}.\nhostonly=\"no\"\n")],
            InitramfsMaker.Mkinitcpio when DropInsCount(laptop.Tree) => [PlannedFile.Text("/etc/mkinitcpio.conf.d/zz-stiefel.conf", Why, $"{Head}{Why}.\nHOOKS=(${{HOOKS[@]/autodetect/}})\n")],
            _ => ByHand(laptop, notes),
        };
    }

    // mkinitcpio reads drop-ins since version 36, which has this directory, and only if the preset names no configuration (man 8 mkinitcpio, -c).
    private static bool DropInsCount(LaptopTree tree) => tree.HasDirectory("etc/mkinitcpio.conf.d")
        && !tree.Names("etc/mkinitcpio.d").SelectMany(preset => tree.Lines($"etc/mkinitcpio.d/{preset}"))
            .Any(line => line.Split('=')[0].EndsWith("_config", StringComparison.Ordinal) && !line.StartsWith('#'));

    private static PlannedFile[] ByHand(LaptopFacts laptop, List<string> notes)
    {
        notes.Add($"by hand: {laptop.Initramfs.Name} reads no drop-in files here, and puts only this laptop's drivers into the initramfs ({string.Join("; ", laptop.Initramfs.ThisMachineOnly)}); change that before you upgrade a kernel on a desktop");
        return [];
    }
}
