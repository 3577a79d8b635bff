using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Tests.Modules;

/// <summary>Asks the real modprobe what it would load.</summary>
internal static class Modprobe
{
    /// <returns>Relative paths in load order; empty if modprobe does not know the name.</returns>
    public static List<string> Show(string root, string release, string name)
    {
        // -C /dev/null: ignore this machine's configuration.
        var options = new ExternalProgramOptions { AcceptedExitCodes = [1] };
        var marker = $"/lib/modules/{release}/";
        return [.. ExternalProgram.Run("modprobe", ["-d", root, "-S", release, "-C", "/dev/null", "--show-depends", name], options).Lines
            .Where(line => line.StartsWith("insmod ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..].Trim())
            .Distinct()];
    }
}
