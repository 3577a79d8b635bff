namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>
/// `initrd=` among the arguments tells the kernel's EFI stub to load the named files, in this order, if the loader loaded none. kexec starts
/// a kernel without its stub, so we load these files and drop the argument.
/// </summary>
internal static class InitrdArguments
{
    private const string Name = "initrd=";

    /// <summary>Returns the initrds, and the arguments without `initrd=`.</summary>
    /// <param name="given">The initrds that the loader loads itself; if there are any, `initrd=` is ignored.</param>
    /// <param name="options">The entry's arguments.</param>
    public static (IReadOnlyList<string> Initrds, string Options) Cut(IReadOnlyList<string> given, string options)
    {
        if (!options.Contains(Name, StringComparison.Ordinal))
        {
            return (given, options);
        }

        var words = options.Split(' ');
        string[] named = [.. words.Where(IsInitrd).Select(word => word[Name.Length..].Replace('\\', '/'))];
        return (given.Count > 0 ? given : named, string.Join(' ', words.Where(word => !IsInitrd(word))));
    }

    private static bool IsInitrd(string word) => word.StartsWith(Name, StringComparison.Ordinal);
}
