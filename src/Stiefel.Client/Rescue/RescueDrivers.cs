using Stiefel.Linux.Processes;

namespace Stiefel.Client.Rescue;

/// <summary>The kernel's NBD client and WireGuard, which `attach` needs and which usually are modules.</summary>
internal static class RescueDrivers
{
    private static readonly string[] s_needed = ["nbd", "wireguard"];

    /// <summary>Loads the missing modules. Failures show later, when the module is needed.</summary>
    /// <param name="arguments">The command line; nothing is loaded for one that only shows help.</param>
    /// <param name="sysRoot">Where sysfs is; another directory in tests.</param>
    public static void Load(IReadOnlyList<string> arguments, string sysRoot = "/sys")
    {
        var isHelp = arguments.Any(argument => argument is "--help" or "-h" or "-?");
        var missing = s_needed.Where(module => !Directory.Exists($"{sysRoot}/module/{module}")).ToList();
        if (!isHelp && missing.Count > 0 && Environment.IsPrivilegedProcess && ChildProcess.Find("modprobe") is { } modprobe)
        {
            missing.ForEach(module => ChildProcess.Run(modprobe, ["modprobe", "-q", module]));
        }
    }
}
