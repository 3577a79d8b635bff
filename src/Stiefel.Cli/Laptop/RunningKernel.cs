using System.Globalization;
using Stiefel.Linux.Kernel;

namespace Stiefel.Cli.Laptop;

/// <summary>The running kernel, as /proc and /sys show it.</summary>
/// <param name="Release">The release as `uname -r` prints it; empty if the tree shows no running kernel.</param>
/// <param name="Arguments">The kernel's command line.</param>
/// <param name="HasKexec">True if it can start another kernel; null if unknown.</param>
/// <param name="KexecDisabled">True if no other kernel can be loaded until the next boot (man 2 kexec_file_load).</param>
/// <param name="KexecLimit">How many more kernels may be loaded for a reboot; null for no limit.</param>
/// <param name="Lockdown">`none`, `integrity` or `confidentiality` (man 7 kernel_lockdown); empty if unknown.</param>
internal sealed record RunningKernel(string Release, KernelCommandLine Arguments, bool? HasKexec, bool KexecDisabled, int? KexecLimit, string Lockdown)
{
    /// <summary>True if it starts only signed kernels.</summary>
    public bool IsLockedDown => Lockdown is "integrity" or "confidentiality";

    /// <summary>Says why this kernel starts no other until the next boot; null if nothing is known against it.</summary>
    public string? KexecObstacle => HasKexec == false ? $"kernel {Release} was built without kexec"
        : KexecDisabled ? "kernel.kexec_load_disabled is 1"
        : KexecLimit == 0 ? "kernel.kexec_load_limit_reboot is 0"
        : null;

    /// <summary>Reads the kernel's state from a tree.</summary>
    public static RunningKernel Of(LaptopTree tree) => new(
        tree.Text("proc/sys/kernel/osrelease") ?? "",
        KernelCommandLine.Parse(tree.Text("proc/cmdline") ?? ""),
        tree.HasDirectory("sys/kernel") ? tree.HasFile("sys/kernel/kexec_loaded") : null,
        tree.Text("proc/sys/kernel/kexec_load_disabled") == "1",
        int.TryParse(tree.Text("proc/sys/kernel/kexec_load_limit_reboot"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit >= 0 ? limit : null,
        Chosen(tree.Text("sys/kernel/security/lockdown") ?? ""));

    /// <summary>The <see cref="KexecObstacle"/> of this machine's kernel.</summary>
    public static string? ObstacleHere()
    {
        using var tree = new LaptopTree("/");
        return Of(tree).KexecObstacle;
    }

    // The chosen value is in brackets: `none [integrity] confidentiality`.
    private static string Chosen(string text)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        var close = text.IndexOf(']', StringComparison.Ordinal);
        return open >= 0 && close > open ? text[(open + 1)..close] : "";
    }
}
