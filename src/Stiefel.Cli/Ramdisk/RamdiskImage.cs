namespace Stiefel.Cli.Ramdisk;

/// <summary>The files of a finished image.</summary>
/// <param name="Directory">The directory of the files.</param>
internal sealed record RamdiskImage(string DirectoryPath)
{
    public const string KernelName = "stiefel-vmlinuz";
    public const string InitrdName = "stiefel-initrd.img";

    /// <summary>The archive that the server ramdisk offers to desktops without a stick; not every image has it.</summary>
    public const string NetBootName = "stiefel-netboot.img";

    public string Kernel => Real(Path.Combine(DirectoryPath, KernelName));
    public string NetBoot => Real(Path.Combine(DirectoryPath, NetBootName));
    public string Initrd => Real(Path.Combine(DirectoryPath, InitrdName));

    /// <summary>Resolves links, because FileInfo would describe the link itself.</summary>
    public static string Real(string path) => File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } file ? file.FullName : path;

    /// <summary>The ramdisk in a directory that `create-initrd --out` filled.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    public static RamdiskImage Find(string directory)
    {
        var image = new RamdiskImage(directory);
        return File.Exists(image.Kernel) && File.Exists(image.Initrd)
            ? image
            : throw new FileNotFoundException(
                $"{directory} does not hold {KernelName} and {InitrdName}; make them with `stiefel create-initrd --out {directory}`");
    }

    public string Manifest => Real(Path.Combine(DirectoryPath, RamdiskManifest.FileName));
}
