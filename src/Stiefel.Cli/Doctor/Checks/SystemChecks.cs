namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks what kind of system this is.</summary>
internal static class SystemChecks
{
    public static IEnumerable<Finding> Of(Patient patient)
    {
        var laptop = patient.Laptop;
        var managers = laptop.NetworkManagers.Count > 0 ? string.Join(", ", laptop.NetworkManagers) : "no known network manager";
        yield return Finding.Fine("system", $"{laptop.Distribution.Name}; initramfs by {laptop.Initramfs.Name}; {managers}");
        if (!laptop.HasSystemd)
        {
            yield return Finding.Stop(
                "init-not-systemd",
                "this system does not use systemd, the only init that closes everything cleanly before the ramdisk is started",
                "serve from the boot menu instead: start the ramdisk by hand (README, \"Serve\"), or by an entry of the boot loader");
        }

        if (laptop.Root.IsRemote)
        {
            yield return Finding.Stop(
                "runs-on-desktop",
                $"/ is on {string.Join(", ", laptop.Root.Disks)}: this system is running on a desktop, so these findings are about the desktop's hardware",
                "run it at home, on the laptop itself");
        }

        if (!laptop.IsRunning)
        {
            yield return Finding.Note(
                "not-running",
                "this is a root file system without /proc and /sys: kernel, firmware, disks and network cards are not among the findings",
                "run `stiefel doctor` on the laptop itself for those");
        }
    }
}
