using Stiefel.Linux.Kernel;

namespace Stiefel.Server.Configuration;

/// <summary>
/// The ramdisk's server gets its settings on the kernel command line: the three names users know,
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

    /// <summary>The settings in a kernel command line; other arguments are the kernel's or the ramdisk's business.</summary>
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
                // A bare switch means true, as for the kernel's own.
                settings[option.Name[Prefix.Length..].Replace('.', ':')] = option.Value ?? "true";
            }
        }

        return new NamedSettingsSource(Name, settings);
    }
}
