using Stiefel.Cli.Configuration;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks whether the running kernel can start the ramdisk's kernel, and whether it can use a disk over the network on a desktop.</summary>
internal static class KernelChecks
{
    // The module that a desktop, which runs the laptop's kernel, needs for the disk.
    private const string BlockDriver = "nbd";
    private const string TunnelDriver = "wireguard";

    public static IEnumerable<Finding> Of(Patient patient) => [.. OfKexec(patient), .. OfModules(patient)];

    private static IEnumerable<Finding> OfKexec(Patient patient)
    {
        var kernel = patient.Laptop.Kernel;
        if (kernel.HasKexec == false)
        {
            yield return Refused(patient, "kexec-missing", $"kernel {kernel.Release} was built without kexec, which it needs to start the ramdisk", "boot a kernel with CONFIG_KEXEC_FILE; those of all large distributions have it");
        }
        else if (kernel.KexecDisabled)
        {
            yield return Refused(
                patient,
                "kexec-disabled",
                "kernel.kexec_load_disabled is 1: no other kernel can be started until the next reboot",
                "take `kernel.kexec_load_disabled = 1` out of /etc/sysctl.d (grep -r kexec_load_disabled /etc/sysctl.d /usr/lib/sysctl.d) and restart");
        }
        else if (kernel.KexecLimit == 0)
        {
            yield return Refused(patient, "kexec-limit", "kernel.kexec_load_limit_reboot is 0: no other kernel can be loaded any more", "restart; if it is set at each start, take it out of /etc/sysctl.d");
        }
        else if (kernel.HasKexec == true)
        {
            yield return Finding.Fine("kexec", $"kernel {kernel.Release} can start another");
        }
    }

    // A laptop that can start the ramdisk's entry once leaves by a restart.
    private static Finding Refused(Patient patient, string code, string text, string remedy) =>
        patient.Settings.Autokexec.Leave != LeavingWay.Kexec && StartOnce.Find(patient, out _) is { } entry
            ? Finding.Note(code, $"{text}; the laptop leaves by a restart instead: {entry.Description}", $"for the quicker way: {remedy}")
            : Finding.Stop(code, text, remedy);

    private static IEnumerable<Finding> OfModules(Patient patient)
    {
        var menu = patient.Laptop.Boot.Menu;
        var release = menu?.Default.KernelRelease is { Length: > 0 } told ? told : patient.Laptop.Kernel.Release;
        if (release.Length == 0)
        {
            yield break;
        }

        var directory = ((string[])["lib/modules", "usr/lib/modules"]).Select(place => $"{place}/{release}").FirstOrDefault(place => patient.Tree.HasFile($"{place}/modules.dep"));
        if (directory is null)
        {
            yield return Finding.Note(
                "modules-missing",
                $"there are no modules of kernel {release} in /lib/modules: a desktop would get no drivers but those in the initrd",
                "install the kernel's package again; after an upgrade, restart first");
            yield break;
        }

        var known = patient.Tree.Lines($"{directory}/modules.dep").Select(line => line.Split(':')[0]).Concat(patient.Tree.Lines($"{directory}/modules.builtin"))
            .Select(Path.GetFileName).Select(file => file?.Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        var wantsTunnel = patient.Settings.Link.Protection != Protocol.Boot.LinkProtection.None;
        if (!known.Contains(BlockDriver))
        {
            yield return Finding.Stop("kernel-without-nbd", $"kernel {release} has no module nbd, by which the desktop would have its disk", "install the modules (Debian: the kernel of linux-image-amd64, not -cloud; CONFIG_BLK_DEV_NBD=m)");
        }

        if (wantsTunnel && !known.Contains(TunnelDriver))
        {
            yield return Finding.Stop("kernel-without-wireguard", $"kernel {release} has no module wireguard, in which the disk's blocks cross the cable", "install it (CONFIG_WIREGUARD=m), or set link.protection to none for a cable that nobody else can reach");
        }

        if (known.Contains(BlockDriver) && (!wantsTunnel || known.Contains(TunnelDriver)))
        {
            yield return Finding.Fine("modules", $"kernel {release} has what a desktop needs: {BlockDriver}{(wantsTunnel ? $", {TunnelDriver}" : "")}");
        }
    }
}
