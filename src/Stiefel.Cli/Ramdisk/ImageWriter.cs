using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Writes the finished image of kernel, initrd and manifest, which become the current ramdisk together.</summary>
internal sealed class ImageWriter(string directory, StepLog log)
{
    private const UnixFileMode FileMode644 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const long Mebibyte = 1024 * 1024;

    /// <param name="kernel">The image's kernel.</param>
    /// <param name="parts">The parts of the initrd.</param>
    /// <param name="programs">The programs, for the manifest.</param>
    /// <param name="wishes">The hash of <see cref="RamdiskWishes"/>, for the manifest.</param>
    /// <param name="netBoot">The archive for desktops that boot over the network; null for none.</param>
    /// <param name="sizeLimit">Largest size of the initrd in MiB; null if the user has chosen something larger on purpose.</param>
    /// <exception cref="FailedException">The initrd is larger than allowed; nothing was written.</exception>
    public RamdiskImage Write(KernelTree kernel, InitrdParts parts, RamdiskPrograms programs, string wishes, PackedPart? netBoot, int? sizeLimit)
    {
        var size = parts.All.Sum(part => part.Size);
        if (size > sizeLimit * Mebibyte)
        {
            throw new FailedException($"the initrd would have {DataSize.Binary(size)}, more than initrd.packing.size-limit ({sizeLimit} MiB) in the configuration: include less, or raise the limit");
        }

        var versions = new ImageVersions(directory);
        var image = versions.Begin();
        Write(image.Kernel, target =>
        {
            using var source = File.OpenRead(kernel.Image);
            source.CopyTo(target);
        });
        Write(image.Initrd, parts.Write);
        if (netBoot is not null)
        {
            Write(image.NetBoot, target =>
            {
                using var source = File.OpenRead(netBoot.File);
                source.CopyTo(target);
            });
            log.Note($"{RamdiskImage.NetBootName} {DataSize.Binary(netBoot.Size)}, for desktops without a stick");
        }

        var manifest = Describe(image, kernel, parts, programs, wishes).ToBytes();
        Write(image.Manifest, target => target.Write(manifest));
        var finished = versions.Finish(image);
        log.Note($"{RamdiskImage.KernelName} {DataSize.Binary(new FileInfo(kernel.Image).Length)}, Linux {kernel.Release}");
        log.Note($"{RamdiskImage.InitrdName} {DataSize.Binary(size)}, {DataSize.Binary(parts.All.Sum(part => part.UnpackedSize))} unpacked");
        log.Note(GraphicsDrivers.Describe(GraphicsDrivers.In(Path.Combine(kernel.Modules, kernel.Release))));
        return finished;
    }

    private static RamdiskManifest Describe(RamdiskImage image, KernelTree kernel, InitrdParts parts, RamdiskPrograms programs, string wishes) => new(
        kernel.Release,
        new SortedDictionary<string, ManifestFile>(((string[])[image.Kernel, image.Initrd, image.NetBoot]).Where(File.Exists).ToDictionary(file => Path.GetFileName(file), ManifestFile.Of)),
        [.. parts.All.Select(part => new ManifestPart(part.Name, part.Compression.ToString(), part.UnpackedSize, part.Size))],
        programs.Programs,
        programs.Packages,
        wishes);

    private static void Write(string file, Action<FileStream> write)
    {
        using var target = new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, UnixCreateMode = FileMode644 });
        write(target);
        target.Flush(flushToDisk: true);
    }
}
