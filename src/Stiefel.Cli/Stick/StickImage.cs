using System.Text;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Initramfs;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Stick;

/// <summary>What goes onto a stick.</summary>
/// <param name="Ramdisk">The key-free image.</param>
/// <param name="KeyFile">The stick's key, or null for a stick whose desktop asks for a pairing code.</param>
/// <param name="MoreArguments">Appended to the kernel's command line.</param>
internal sealed record StickContent(RamdiskImage Ramdisk, string? KeyFile, string? MoreArguments)
{
    private const string UsualArguments = "stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200";

    public string CommandLine => MoreArguments is { Length: > 0 } ? $"{UsualArguments} {MoreArguments}" : UsualArguments;
}

/// <summary>
/// A disk image that starts the client from BIOS (syslinux) and from UEFI (a unified kernel image), in one FAT32 partition,
/// so that any file manager can look at it and the same bytes work everywhere.
/// </summary>
internal sealed class StickImage(StickContent content, StepLog log)
{
    private static readonly string[] s_stubs = ["/usr/lib/systemd/boot/efi/linuxx64.efi.stub"];
    private static readonly string[] s_bootCodes = ["/usr/lib/SYSLINUX/mbr.bin", "/usr/lib/syslinux/mbr/mbr.bin", "/usr/lib/syslinux/bios/mbr.bin", "/usr/share/syslinux/mbr.bin"];

    /// <summary>Finds what is not installed before anything starts.</summary>
    /// <exception cref="FailedException">Something.</exception>
    public static void CheckTools()
    {
        FindStub();
        FindBootCode();
        foreach ((var program, var package) in (ReadOnlySpan<(string, string)>)[("mformat", "mtools"), ("mmd", "mtools"), ("mcopy", "mtools"), ("syslinux", "syslinux")])
        {
            if (ExternalProgram.Find(program) is null)
            {
                throw new FailedException($"the program {program} is not installed; on Debian and Ubuntu: apt install {package}");
            }
        }
    }

    /// <summary>Writes the image; it appears complete or not at all, and nothing else that holds the key stays anywhere.</summary>
    public async Task WriteAsync(string target, CancellationToken token)
    {
        var stub = FindStub();
        var bootCode = FindBootCode();
        // Beside the target, so that the image moves there in one step; in a directory of its own, whose name nobody can guess and where nobody else can
        // put a link: mtools and syslinux open the image by its name.
        var work = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(target))!, $".stiefel-stick-{Path.GetRandomFileName()}");
        Directory.CreateDirectory(work, PrivateFile.DirectoryMode);
        var fresh = Path.Combine(work, "stick.img");
        try
        {
            var initrd = Path.Combine(work, "initrd.img");
            var uki = Path.Combine(work, "BOOTX64.EFI");
            using (log.Begin("put initrd and UEFI program together"))
            {
                WriteInitrd(initrd);
                WriteUki(stub, initrd, uki);
            }

            using (log.Begin($"write {target}"))
            {
                var bytes = new FileInfo(content.Ramdisk.Kernel).Length + new FileInfo(initrd).Length + new FileInfo(uki).Length;
                var sectors = FatPartition.SectorsFor(bytes);
                CreateDisk(fresh, bootCode, sectors);
                await FillAsync(new FatPartition(fresh), sectors, work, initrd, uki, token);
                File.Move(fresh, target, overwrite: true);
                log.Note(DataSize.Binary(new FileInfo(target).Length));
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private void WriteInitrd(string file)
    {
        using var output = CreatePrivate(file);
        using (var ramdisk = File.OpenRead(content.Ramdisk.Initrd))
        {
            ramdisk.CopyTo(output);
        }

        if (content.KeyFile is { } key)
        {
            output.Write(CpioPadding.After(output.Position).Span);
            KeyArchive.Write(output, key);
        }
    }

    private void WriteUki(string stub, string initrd, string file)
    {
        static UnifiedImageSection FromText(string name, string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            return new UnifiedImageSection(name, () => new MemoryStream(bytes), bytes.Length);
        }

        static UnifiedImageSection FromFile(string name, string path) => new(name, () => File.OpenRead(path), new FileInfo(path).Length);

        using var output = CreatePrivate(file);
        try
        {
            UnifiedImageWriter.Write(
                File.ReadAllBytes(stub),
                [
                    FromText(".osrel", "ID=stiefel\nNAME=\"Stiefel\"\nPRETTY_NAME=\"Stiefel client\"\n"),
                    FromText(".cmdline", content.CommandLine),
                    FromFile(".linux", content.Ramdisk.Kernel),
                    FromFile(".initrd", initrd),
                ],
                output);
        }
        catch (UnifiedImageException problem)
        {
            throw new FailedException(problem.Message, problem);
        }
    }

    private async Task FillAsync(FatPartition partition, uint sectors, string work, string initrd, string uki, CancellationToken token)
    {
        var menu = Path.Combine(work, "syslinux.cfg");
        await File.WriteAllTextAsync(
            menu,
            $"""
            SERIAL 0 115200
            DEFAULT stiefel
            PROMPT 0
            LABEL stiefel
              LINUX /stiefel/vmlinuz
              INITRD /stiefel/initrd.img
              APPEND {content.CommandLine}

            """,
            token);
        await partition.FormatAsync(sectors, token);
        await partition.InstallSyslinuxAsync(token);
        await partition.MakeDirectoriesAsync(["EFI", "EFI/BOOT", "stiefel"], token);
        await partition.CopyAsync(menu, "syslinux.cfg", token);
        await partition.CopyAsync(content.Ramdisk.Manifest, "stiefel/manifest.json", token);
        await partition.CopyAsync(content.Ramdisk.Kernel, "stiefel/vmlinuz", token);
        await partition.CopyAsync(initrd, "stiefel/initrd.img", token);
        await partition.CopyAsync(uki, "EFI/BOOT/BOOTX64.EFI", token);
    }

    private static void CreateDisk(string file, string bootCode, uint sectors)
    {
        using var disk = CreatePrivate(file);
        disk.Write(MasterBootRecord.Build(File.ReadAllBytes(bootCode), sectors));
        disk.SetLength((MasterBootRecord.PartitionStart + (long)sectors) * MasterBootRecord.SectorSize);
    }

    // All of these hold the stick's key.
    private static FileStream CreatePrivate(string file) => new(file, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private static string FindStub() => FindFile("the UEFI stub of systemd", s_stubs, "systemd-boot-efi");

    private static string FindBootCode() => FindFile("syslinux's boot code", s_bootCodes, "syslinux-common and syslinux");

    private static string FindFile(string what, string[] places, string package)
        => places.FirstOrDefault(File.Exists)
            ?? throw new FailedException($"{what} is not installed (looked for {string.Join(", ", places)}); on Debian and Ubuntu: apt install {package}");
}
