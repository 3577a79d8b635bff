namespace Stiefel.Cli.Configuration;

/// <summary>`initrd.include-files`: a file or directory of the laptop, and its place in the ramdisk.</summary>
/// <param name="Source">The absolute path on the laptop.</param>
/// <param name="Target">The absolute path in the ramdisk.</param>
internal sealed record IncludedFile(string Source, string Target)
{
    /// <summary>Directory of programs that run once when the ramdisk starts.</summary>
    public const string StartDirectory = "/etc/stiefel/start.d";

    // Directories that are mounted over, or lead into such directories, or hold the keys, which each start brings.
    private static readonly string[] s_taken = ["/bin", "/dev", "/early/modules", "/etc/stiefel/keys", "/init", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr"];

    /// <summary>Reads `SOURCE:TARGET`.</summary>
    /// <param name="text">The text to read.</param>
    /// <param name="directory">The directory at which a relative source starts.</param>
    /// <param name="problem">Says what is wrong if the result is null.</param>
    public static IncludedFile? Read(string text, string directory, out string problem)
    {
        problem = $"expected SOURCE:TARGET, such as hello:{StartDirectory}/hello, found `{text}`";
        if (text.Split(':') is not [{ Length: > 0 } source, ['/', ..] target])
        {
            return null;
        }

        var place = Path.GetFullPath(target);
        problem = $"a file cannot go to {place} in the ramdisk: the directories {string.Join(", ", s_taken)} are mounted over or reserved";
        return place == "/" || s_taken.Any(taken => place == taken || place.StartsWith(taken + "/", StringComparison.Ordinal)) ? null : new IncludedFile(Path.GetFullPath(source, directory), place);
    }
}
