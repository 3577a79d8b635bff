using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>
/// lanzaboote's images of NixOS: kernel and initrd are files of their own on the same partition, and the sections hold their paths and hashes
/// (lanzaboote, rust/uefi/stub, thin.rs). `.linux` and `.initrd` hold the paths, in older ones `.kernelp` and `.initrdp`.
/// </summary>
internal static class ThinImage
{
    /// <summary>True if the sections have the hashes that only such images have.</summary>
    public static bool IsOne(Func<string, bool> hasSection) => hasSection(".linuxh") || hasSection(".kernelh");

    public static string KernelSection(Func<string, bool> hasSection) => hasSection(".kernelp") ? ".kernelp" : ".linux";

    public static string InitrdSection(Func<string, bool> hasSection) => hasSection(".initrdp") ? ".initrdp" : ".initrd";

    /// <summary>The whole file that a section names.</summary>
    /// <exception cref="InvalidDataException">It is not there, or empty.</exception>
    public static FileRegion Open(BootTree tree, string path)
    {
        using var file = OpenFile(tree, path);
        return file.Length > 0 ? new FileRegion(file.Path, 0, file.Length) : throw new InvalidDataException($"the file {BootEntry.OneLine(path)} is empty");
    }

    /// <summary>The same, open.</summary>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public static TreeFile OpenFile(BootTree tree, string path)
    {
        var written = path.Trim().Replace('\\', '/').TrimStart('/');
        return tree.Open($"{tree.Directory}/{written}") ?? throw new InvalidDataException($"there is no file {BootEntry.OneLine(path)}, which the image names");
    }
}
