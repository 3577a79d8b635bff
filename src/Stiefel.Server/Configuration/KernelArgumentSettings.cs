using Stiefel.Linux.Kernel;

namespace Stiefel.Server.Configuration;

/// <summary>
/// Settings on the kernel command line, for the server in the ramdisk: three names that users know,
/// and `stiefel.Section.Key=value` for everything else.
/// </summary>
public static class KernelArgumentSettings
{
    /// <inheritdoc/>
    public const string Name = "/proc/cmdline";
    private const string Prefix = "stiefel.";

    private static readonly Dictionary<string, string> s_knownNames = new(StringComparer.Ordinal)
    {
        ["stiefel_bootdisk"] = "Disk:Path",
        ["stiefel_bootpart"] = "Boot:Partition",
        ["stiefel_bootpart_luks"] = "Boot:LuksPartition",
    };

    /// <summary>The settings in a kernel command line; other arguments are ignored.</summary>
    public static NamedSettingsSource Parse(string commandLine)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var option in KernelCommandLine.Parse(commandLine).Options)
        {
            if (s_knownNames.TryGetValue(option.Name, out var key))
            {
                settings[key] = option.Value;
            }
            else if (option.Name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                // A name without a value means true, as for the kernel's own arguments.
                settings[option.Name[Prefix.Length..].Replace('.', ':')] = option.Value ?? "true";
            }
        }

        return new NamedSettingsSource(Name, settings);
    }
}
