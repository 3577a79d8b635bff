namespace Stiefel.Cli.Configuration;

/// <summary>`initrd.include-files`: a file or directory of the laptop, and its place in the ramdisk.</summary>
/// <param name="Source">An absolute path.</param>
/// <param name="Target">Likewise.</param>
internal sealed record IncludedFile(string Source, string Target)
{
    /// <summary>What is programs that are run once when the ramdisk starts.</summary>
    public const string StartDirectory = "/etc/stiefel/start.d";

    // Mounted over, linked into what is mounted over, or for keys alone, which come with each start.
    private static readonly string[] s_taken = ["/bin", "/dev", "/early/modules", "/etc/stiefel/keys", "/init", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr"];

    /// <summary>Reads `SOURCE:TARGET`.</summary>
    /// <param name="text">The text.</param>
    /// <param name="directory">What a relative source is relative to.</param>
    /// <param name="problem">What is wrong with it, where the result is null.</param>
    public static IncludedFile? Read(string text, string directory, out string problem)
    {
        problem = $"expected SOURCE:TARGET, such as hello:{StartDirectory}/hello, found `{text}`";
        if (text.Split(':') is not [{ Length: > 0 } source, ['/', ..] target])
        {
            return null;
        }

        var place = Path.GetFullPath(target);
        problem = $"{place} is no place for a file in the ramdisk: below {string.Join(", ", s_taken)} it would not be seen, or must not be";
        return place == "/" || s_taken.Any(taken => place == taken || place.StartsWith(taken + "/", StringComparison.Ordinal)) ? null : new IncludedFile(Path.GetFullPath(source, directory), place);
    }
}
