using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Packages;

/// <summary>The .deb that eng/package.sh makes from the programs under test.</summary>
internal static class BuiltPackage
{
    /// <summary>The checkout's root, which contains eng.</summary>
    public static string Checkout { get; } = FindCheckout();

    /// <summary>Makes the package.</summary>
    /// <param name="copy">The path for a copy of it.</param>
    public static void Make(string copy)
    {
        NativeProcess.Run(0, Path.Combine(Checkout, "eng/package.sh"), "--built");
        File.Copy(Assert.Single(Directory.GetFiles(Path.Combine(Checkout, "artifacts/package"), "*.deb")), copy);
    }

    /// <summary>Makes it for a trial: of the same files, in seconds.</summary>
    /// <param name="copy">Where it goes.</param>
    public static void MakeForTrial(string copy) => NativeProcess.Run(0, Path.Combine(Checkout, "eng/package.sh"), "--built", "--trial", copy);

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
