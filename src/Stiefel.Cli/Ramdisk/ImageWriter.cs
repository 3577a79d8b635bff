using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Writes the finished image: kernel, initrd, manifest, each complete or not at all.</summary>
internal sealed class ImageWriter(string directory, StepLog log)
{
    private const long Mebibyte = 1024 * 1024;

    /// <param name="kernel">Its kernel.</param>
    /// <param name="parts">What the initrd consists of.</param>
    /// <param name="packages">For the manifest.</param>
    /// <param name="sizeLimit">MiB, or null where the user has asked for something larger on purpose.</param>
    /// <exception cref="FailedException">The initrd is larger than allowed; nothing was written.</exception>
    public RamdiskImage Write(KernelTree kernel, InitrdParts parts, PackageSet packages, int? sizeLimit)
    {
        var image = new RamdiskImage(directory);
        Directory.CreateDirectory(directory);
        var size = parts.All.Sum(part => part.Size);
        if (size > sizeLimit * Mebibyte)
        {
            throw new FailedException($"the initrd would have {DataSize.Binary(size)}, more than initrd.packing.size-limit ({sizeLimit} MiB)");
        }

        Replace(image.Kernel, target =>
        {
            using var source = File.OpenRead(kernel.Image);
            source.CopyTo(target);
        });
        Replace(image.Initrd, parts.Write);
        var manifest = Describe(image, kernel, parts, packages).ToBytes();
        Replace(image.Manifest, target => target.Write(manifest));
        log.Note($"{RamdiskImage.KernelName} {DataSize.Binary(new FileInfo(image.Kernel).Length)}, Linux {kernel.Release}");
        log.Note($"{RamdiskImage.InitrdName} {DataSize.Binary(new FileInfo(image.Initrd).Length)}, {DataSize.Binary(parts.All.Sum(part => part.UnpackedSize))} unpacked");
        log.Note(GraphicsDrivers.Describe(GraphicsDrivers.In(Path.Combine(kernel.Modules, kernel.Release))));
        return image;
    }

    private static RamdiskManifest Describe(RamdiskImage image, KernelTree kernel, InitrdParts parts, PackageSet packages) => new(
        kernel.Release,
        new SortedDictionary<string, ManifestFile> { [RamdiskImage.KernelName] = Describe(image.Kernel), [RamdiskImage.InitrdName] = Describe(image.Initrd) },
        [.. parts.All.Select(part => new ManifestPart(part.Name, part.Compression.ToString(), part.UnpackedSize, part.Size))],
        new SortedDictionary<string, ManifestFile>(RamdiskTree.Programs.ToDictionary(name => name, name => Describe(OwnPrograms.Find(name)))),
        new SortedDictionary<string, string>(packages.All.ToDictionary(package => package.Name, package => package.Version)));

    private static ManifestFile Describe(string file) => new(new FileInfo(file).Length, ContentHash.OfFile(file));

    private static void Replace(string file, Action<FileStream> write)
    {
        var fresh = file + ".new";
        using (var target = File.Create(fresh))
        {
            write(target);
            target.Flush(flushToDisk: true);
        }

        File.Move(fresh, file, overwrite: true);
    }
}
