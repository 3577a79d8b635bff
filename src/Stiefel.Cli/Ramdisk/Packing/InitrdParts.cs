using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>
/// The parts of the initrd: a small compressed archive that the kernel unpacks at once, and an uncompressed one that holds the two file systems that /init
/// mounts (uncompressed, because they are compressed themselves).
/// </summary>
/// <param name="Starts">Archives with /init, busybox, the modules to mount the rest, and configuration; one follows the other.</param>
/// <param name="Programs">The file system of /usr.</param>
/// <param name="Modules">The file system of /usr/lib/modules.</param>
internal sealed record InitrdParts(IReadOnlyList<PackedPart> Starts, PackedPart Programs, PackedPart Modules)
{
    private const string ProgramsPath = "early/usr.squashfs";
    private const string ModulesPath = "early/modules.squashfs";

    public IReadOnlyList<PackedPart> All => [.. Starts, Programs, Modules];

    /// <summary>Writes the whole initrd to a file.</summary>
    public void Write(FileStream initrd)
    {
        WriteStarts(initrd);
        InitramfsArchive.WriteFiles([(ProgramsPath, Programs.File), (ModulesPath, Modules.File)], initrd);
    }

    /// <summary>Writes the archives that the kernel unpacks first, padded so that further archives may follow.</summary>
    public void WriteStarts(FileStream initrd)
    {
        foreach (var start in Starts)
        {
            using var archive = File.OpenRead(start.File);
            archive.CopyTo(initrd);
            initrd.Write(CpioPadding.After(initrd.Position).Span);
        }
    }
}
