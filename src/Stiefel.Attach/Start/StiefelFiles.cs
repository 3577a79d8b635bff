namespace Stiefel.Attach.Start;

/// <summary>What the appended archive brought into the initramfs.</summary>
internal static class StiefelFiles
{
    internal const string Directory = "/stiefel";
    internal const string Modules = "/stiefel/modules";

    /// <summary>
    /// Frees the memory and takes the session's secret out of reach of everything that runs from now on. The running program's own
    /// pages stay until it ends.
    /// </summary>
    internal static void Remove() => System.IO.Directory.Delete(Directory, recursive: true);
}
