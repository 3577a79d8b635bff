using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Our other programs: they lie beside this one, or in the folder that STIEFEL_BIN names.</summary>
internal static class OwnPrograms
{
    public const string FolderVariable = "STIEFEL_BIN";

    /// <summary>Path of a program such as `stiefel-server`.</summary>
    /// <exception cref="FailedException">It is in neither place.</exception>
    public static string Find(string name)
    {
        string? given = Environment.GetEnvironmentVariable(FolderVariable);
        string[] folders = string.IsNullOrEmpty(given) ? [AppContext.BaseDirectory] : [given, AppContext.BaseDirectory];
        return folders.Select(folder => Path.GetFullPath(name, Path.GetFullPath(folder))).FirstOrDefault(File.Exists)
            ?? throw new FailedException($"{name} is not in {string.Join(" nor in ", folders)}; build it with eng/build.sh, or set {FolderVariable} to its folder");
    }
}
