using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Finds Stiefel's other programs: beside this one, in the package's private directory, or in the directory that STIEFEL_BIN names.</summary>
internal static class OwnPrograms
{
    private const string PackagePlace = "../lib/stiefel";

    public const string DirectoryVariable = "STIEFEL_BIN";

    /// <summary>The path of a program such as `stiefel-server`.</summary>
    /// <exception cref="FailedException">The program is in none of these places.</exception>
    public static string Find(string name)
    {
        var given = Environment.GetEnvironmentVariable(DirectoryVariable);
        string[] directories = [.. string.IsNullOrEmpty(given) ? Array.Empty<string>() : [given], AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, PackagePlace)];
        return directories.Select(directory => Path.GetFullPath(name, Path.GetFullPath(directory))).FirstOrDefault(File.Exists)
            ?? throw new FailedException($"{name} is not in {string.Join(" nor in ", directories)}; build it with eng/build.sh, or set {DirectoryVariable} to its directory");
    }
}
