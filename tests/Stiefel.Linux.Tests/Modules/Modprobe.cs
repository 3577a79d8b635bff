using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Tests.Modules;

/// <summary>The real modprobe, asked what it would load.</summary>
internal static class Modprobe
{
    /// <returns>Relative paths in load order; empty if it knows nothing of that name.</returns>
    public static List<string> Show(string root, string release, string name)
    {
        // -C: the configuration of this machine has no say.
        var options = new ExternalProgramOptions { AcceptedExitCodes = [1] };
        var marker = $"/lib/modules/{release}/";
        return [.. ExternalProgram.Run("modprobe", ["-d", root, "-S", release, "-C", "/dev/null", "--show-depends", name], options).Lines
            .Where(line => line.StartsWith("insmod ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..].Trim())
            .Distinct()];
    }
}
