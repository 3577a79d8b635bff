using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>
/// The initrd: a small compressed archive that the kernel unpacks at once, and a bare one around the two file systems that /init mounts
/// (bare, since they are compressed themselves).
/// </summary>
/// <param name="Starts">/init, busybox, the modules to mount the rest, configuration: one archive after the other.</param>
/// <param name="Programs">/usr.</param>
/// <param name="Modules">/usr/lib/modules.</param>
internal sealed record InitrdParts(IReadOnlyList<PackedPart> Starts, PackedPart Programs, PackedPart Modules)
{
    private const string ProgramsPath = "early/usr.squashfs";
    private const string ModulesPath = "early/modules.squashfs";

    public IReadOnlyList<PackedPart> All => [.. Starts, Programs, Modules];

    /// <summary>Writes the initrd from the beginning of a file.</summary>
    public void Write(FileStream initrd)
    {
        WriteStarts(initrd);
        InitramfsArchive.WriteFiles([(ProgramsPath, Programs.File), (ModulesPath, Modules.File)], initrd);
    }

    /// <summary>Writes what the kernel unpacks first; what follows may begin at once.</summary>
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
