using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>
/// The images that lanzaboote makes on NixOS: kernel and initrd are separate files on the same partition, and the image's sections hold their
/// paths and hashes (lanzaboote, rust/uefi/stub, thin.rs). The paths are in `.linux` and `.initrd`, in older images in `.kernelp` and `.initrdp`.
/// </summary>
internal static class ThinImage
{
    /// <summary>True if the image has one of the hash sections that only thin images have.</summary>
    public static bool IsOne(Func<string, bool> hasSection) => hasSection(".linuxh") || hasSection(".kernelh");

    public static string KernelSection(Func<string, bool> hasSection) => hasSection(".kernelp") ? ".kernelp" : ".linux";

    public static string InitrdSection(Func<string, bool> hasSection) => hasSection(".initrdp") ? ".initrdp" : ".initrd";

    /// <summary>The file that a section names, as a region.</summary>
    /// <exception cref="InvalidDataException">The file does not exist or is empty.</exception>
    public static FileRegion Open(BootTree tree, string path)
    {
        using var file = OpenFile(tree, path);
        return file.Length > 0 ? new FileRegion(file.Path, 0, file.Length) : throw new InvalidDataException($"the file {BootEntry.OneLine(path)} is empty");
    }

    /// <summary>Opens the file that a section names.</summary>
    /// <exception cref="InvalidDataException">The file does not exist.</exception>
    public static TreeFile OpenFile(BootTree tree, string path)
    {
        var written = path.Trim().Replace('\\', '/').TrimStart('/');
        return tree.Open($"{tree.Directory}/{written}") ?? throw new InvalidDataException($"there is no file {BootEntry.OneLine(path)}, which the image names");
    }
}
