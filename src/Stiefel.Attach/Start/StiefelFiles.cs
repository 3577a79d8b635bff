namespace Stiefel.Attach.Start;

/// <summary>The files that the appended archive brought into the initramfs.</summary>
internal static class StiefelFiles
{
    internal const string Directory = "/stiefel";
    internal const string Modules = "/stiefel/modules";

    /// <summary>
    /// Deletes the files: frees their memory, and hides the session's secret from everything that runs later. The running program's own
    /// pages stay until it ends.
    /// </summary>
    internal static void Remove() => System.IO.Directory.Delete(Directory, recursive: true);
}
