namespace Stiefel.Client.Verbs;

/// <summary>The program stiefel-attach, which keeps a disk attached.</summary>
internal static class AttachProgram
{
    public const string Name = "stiefel-attach";

    /// <summary>Its place in the ramdisk and on a system where the package is installed.</summary>
    public const string Installed = "/usr/lib/stiefel/stiefel-attach";

    /// <summary>The place that help shows as the default.</summary>
    public const string DefaultText = $"[default: the one beside this program, else {Installed}]";

    /// <summary>The path of the program; there may be no file.</summary>
    public static string Find() => Path.Combine(AppContext.BaseDirectory, Name) is var beside && File.Exists(beside) ? beside : Installed;
}
