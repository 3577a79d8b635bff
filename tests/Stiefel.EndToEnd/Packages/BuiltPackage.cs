using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Packages;

/// <summary>The .deb that eng/package.sh makes of the programs that are tested.</summary>
internal static class BuiltPackage
{
    /// <summary>The directory that eng is in.</summary>
    public static string Checkout { get; } = FindCheckout();

    /// <summary>Makes it.</summary>
    /// <param name="copy">Where a copy of it goes.</param>
    public static void Make(string copy)
    {
        NativeProcess.Run(0, Path.Combine(Checkout, "eng/package.sh"), "--built");
        File.Copy(Assert.Single(Directory.GetFiles(Path.Combine(Checkout, "artifacts/package"), "*.deb")), copy);
    }

    private static string FindCheckout()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Stiefel.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("these tests run in a checkout");
        }

        return directory.FullName;
    }
}
