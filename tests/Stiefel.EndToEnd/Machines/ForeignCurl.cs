using System.Text.RegularExpressions;
using Stiefel.Linux.Programs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>This machine's curl with its libraries and loader, so that it runs on another machine regardless of the libraries there.</summary>
internal static partial class ForeignCurl
{
    private const string Loader = "ld.so";

    /// <summary>The command that runs it from a directory.</summary>
    /// <param name="directory">The directory that contains it.</param>
    public static string In(string directory) => $"{directory}/{Loader} --library-path {directory} {directory}/curl";

    /// <summary>Copies it into a directory.</summary>
    public static async Task CopyAsync(string directory, CancellationToken token)
    {
        var options = new ExternalProgramOptions { Timeout = TimeSpan.FromMinutes(1) };
        var program = (await ExternalProgram.RunAsync("sh", ["-c", "command -v curl"], options, token)).Text.Trim();
        var needed = (await ExternalProgram.RunAsync("ldd", [program], options, token)).Text;
        File.Copy(program, Path.Combine(directory, "curl"));
        foreach (Match library in Library().Matches(needed))
        {
            var path = library.Groups["path"].Value;
            File.Copy(path, Path.Combine(directory, path.Contains("/ld-linux", StringComparison.Ordinal) ? Loader : Path.GetFileName(path)));
        }
    }

    // ldd prints `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, but the loader's path without an arrow.
    [GeneratedRegex(@"(?<path>/\S+) \(0x")]
    private static partial Regex Library();
}
