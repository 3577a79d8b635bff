using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks the laptop's screen after kexec, and a desktop's screen with the laptop's settings.</summary>
internal static class GraphicsChecks
{
    private const string Cards = "sys/class/drm";
    private const string Xorg = "etc/X11";

    public static IEnumerable<Finding> Of(Patient patient)
    {
        var drivers = patient.Tree.Names(Cards).Where(IsCard)
            .Select(card => patient.Tree.LinkText($"{Cards}/{card}/device/driver")).Select(Path.GetFileName).OfType<string>()
            .Where(driver => driver is not ("simpledrm" or "simple-framebuffer" or "efi-framebuffer")).Distinct(StringComparer.Ordinal).ToList();
        var inRamdisk = patient.Settings.Modules.Concat(patient.Settings.Initrd.IncludeModules).ToHashSet(StringComparer.Ordinal);
        var dark = drivers.Where(driver => !inRamdisk.Contains(driver)).ToList();
        if (dark.Count > 0)
        {
            yield return Finding.Note(
                "screen-dark",
                $"the screen is driven by {string.Join(", ", dark)}, which the configured ramdisk lacks: the screen stays dark while the laptop serves",
                dark.Contains("i915", StringComparer.Ordinal)
                    ? "`modules: [i915]` in config.yaml, then `stiefel create-initrd`; or let it be: it beeps, and `stiefel status` shows what it does"
                    : $"initrd.include-modules: [{string.Join(", ", dark)}] in config.yaml with the firmware's package in include-packages, then `stiefel create-initrd`; or let it be: it beeps, and `stiefel status` shows what it does");
        }

        if (patient.Tree.HasDirectory("sys/module/nvidia") || drivers.Contains("nvidia", StringComparer.Ordinal))
        {
            yield return Finding.Note("nvidia", "this system uses NVIDIA's own driver, which is built for the laptop's card: a desktop with a card of another brand shows its console only if nothing keeps the kernel's driver from loading", "make sure that neither `nomodeset` nor a blacklist of nouveau, i915 or amdgpu is in the kernel's arguments or /etc/modprobe.d");
        }

        foreach (var file in XorgFiles(patient.Tree).Where(file => patient.Tree.Lines(file).Any(line => line.TrimStart().StartsWith("BusID", StringComparison.OrdinalIgnoreCase))))
        {
            yield return Finding.Note("xorg-bus", $"/{file} names the laptop's graphics card by its place on the bus (BusID): X may not start on a desktop", "remove the line; Xorg finds a single card by itself");
        }
    }

    // True for `card0`, false for its connectors such as `card0-eDP-1`.
    private static bool IsCard(string name) => name.StartsWith("card", StringComparison.Ordinal) && !name.Contains('-', StringComparison.Ordinal);

    private static IEnumerable<string> XorgFiles(LaptopTree tree) =>
        tree.Names($"{Xorg}/xorg.conf.d").Where(name => name.EndsWith(".conf", StringComparison.Ordinal)).Select(name => $"{Xorg}/xorg.conf.d/{name}").Prepend($"{Xorg}/xorg.conf");
}
