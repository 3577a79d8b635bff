namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>
/// `initrd=` among the arguments: an order to the kernel's EFI stub, which loads the files named, in this order, if the loader gave it none. A
/// kernel that is started by kexec has no stub, so we load them, and the argument goes.
/// </summary>
internal static class InitrdArguments
{
    private const string Name = "initrd=";

    /// <summary>The initrds, and the arguments that are left.</summary>
    /// <param name="given">What the loader gives the kernel itself; if there is any, the arguments are not followed.</param>
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
