namespace Stiefel.Cli.Ramdisk;

/// <summary>The files of a finished image.</summary>
/// <param name="Folder">Where they lie.</param>
internal sealed record RamdiskImage(string Folder)
{
    public const string KernelName = "stiefel-vmlinuz";
    public const string InitrdName = "stiefel-initrd.img";

    public string Kernel => Path.Combine(Folder, KernelName);
    public string Initrd => Path.Combine(Folder, InitrdName);
    public string Manifest => Path.Combine(Folder, RamdiskManifest.FileName);
}
