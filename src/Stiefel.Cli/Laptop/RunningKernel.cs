using System.Globalization;
using Stiefel.Linux.Kernel;

namespace Stiefel.Cli.Laptop;

/// <summary>The kernel that runs, as /proc and /sys show it.</summary>
/// <param name="Release">As `uname -r` says; empty if no kernel is to be seen, as in a root file system that only lies there.</param>
/// <param name="Arguments">What it was started with.</param>
/// <param name="HasKexec">It can start another; null if that cannot be told.</param>
/// <param name="KexecDisabled">No other kernel can be loaded until the next start (man 2 kexec_file_load).</param>
/// <param name="KexecLimit">So many may still be loaded for a restart; null: any number.</param>
/// <param name="Lockdown">`none`, `integrity`, `confidentiality` (man 7 kernel_lockdown); empty if it cannot be told.</param>
internal sealed record RunningKernel(string Release, KernelCommandLine Arguments, bool? HasKexec, bool KexecDisabled, int? KexecLimit, string Lockdown)
{
    /// <summary>Only a signed kernel can be started from it.</summary>
    public bool IsLockedDown => Lockdown is "integrity" or "confidentiality";

    /// <summary>Reads it.</summary>
    public static RunningKernel Of(LaptopTree tree) => new(
        tree.Text("proc/sys/kernel/osrelease") ?? "",
        KernelCommandLine.Parse(tree.Text("proc/cmdline") ?? ""),
        tree.HasDirectory("sys/kernel") ? tree.HasFile("sys/kernel/kexec_loaded") : null,
        tree.Text("proc/sys/kernel/kexec_load_disabled") == "1",
        int.TryParse(tree.Text("proc/sys/kernel/kexec_load_limit_reboot"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit >= 0 ? limit : null,
        Chosen(tree.Text("sys/kernel/security/lockdown") ?? ""));

    // `none [integrity] confidentiality`
    private static string Chosen(string text)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        var close = text.IndexOf(']', StringComparison.Ordinal);
        return open >= 0 && close > open ? text[(open + 1)..close] : "";
    }
}
