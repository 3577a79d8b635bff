using System.Text;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Stick;

/// <summary>One file of a stick.</summary>
/// <param name="Path">The file's path on the stick, from the root of its file system.</param>
/// <param name="Source">The path of a file with its content.</param>
internal sealed record StickFile(string Path, string Source);

/// <summary>Prepares all files of a stick. Those made for this stick, the key among them, are put into a private directory.</summary>
/// <param name="content">The content of the stick.</param>
/// <param name="paths">The files' paths on the stick.</param>
/// <param name="work">An empty directory that only its owner can read.</param>
internal sealed class StickFiles(StickContent content, StickPaths paths, string work)
{
    // For machines without Secure Boot, one program holds kernel and initrd; a signed loader reads the same files as BIOS.
    private const string UnifiedImage = "UEFI.EFI";

    /// <summary>Prepares kernel, initrd, key, menu and programs, in the order of writing: those that start the others come last.</summary>
    /// <exception cref="FailedException">No UEFI program can be made of kernel and initrd.</exception>
    /// <exception cref="KeyFileException">The key cannot be read.</exception>
    public IReadOnlyList<StickFile> Prepare(BootPrograms programs)
    {
        var files = PrepareRamdisk();
        if (programs.Signed is { } signed)
        {
            if (signed.MokManager is { } manager)
            {
                files.Add(new StickFile(paths.Program("MMX64.EFI"), manager));
            }

            files.Add(new StickFile(paths.Program("GRUB.CFG"), Make("GRUB.CFG", file => Write(file, LoaderMenus.Grub(content, paths)))));
            files.Add(new StickFile(paths.Program("GRUBX64.EFI"), signed.Grub));
            files.Add(new StickFile(paths.Program(paths.FirstProgram), signed.Shim));
        }
        else
        {
            files.Add(new StickFile(paths.Program(paths.FirstProgram), Make(UnifiedImage, file => WriteUnifiedImage(file, programs.Stub!))));
        }

        return files;
    }

    /// <summary>Prepares syslinux's menu and modules, which go to the root of a stick that BIOS can start.</summary>
    public IReadOnlyList<StickFile> PrepareForBios(BootPrograms programs) =>
    [
        .. programs.BiosModules.Select(module => new StickFile(Path.GetFileName(module).ToUpperInvariant(), module)),
        new StickFile("SYSLINUX.CFG", Make("SYSLINUX.CFG", file => Write(file, LoaderMenus.Syslinux(content, paths)))),
    ];

    /// <summary>Prepares kernel, initrd, key and a menu for Ventoy, which brings the programs that start them.</summary>
    /// <exception cref="KeyFileException">The key cannot be read.</exception>
    public IReadOnlyList<StickFile> PrepareForVentoy() =>
        [.. PrepareRamdisk(), new StickFile(paths.Program("GRUB.CFG"), Make("GRUB.CFG", file => Write(file, LoaderMenus.Ventoy(content, paths))))];

    private List<StickFile> PrepareRamdisk()
    {
        var files = new List<StickFile>
        {
            new(paths.Manifest, content.Ramdisk.Manifest),
            new(paths.Kernel, content.Ramdisk.Kernel),
            new(paths.Initrd, content.Ramdisk.Initrd),
        };
        if (content.HasKey)
        {
            files.Add(new StickFile(paths.Key, Make("KEY.IMG", WriteKey)));
        }

        return files;
    }

    private string Make(string name, Action<Stream> write)
    {
        var path = Path.Combine(work, name);
        using var file = PrivateFile.Open(path);
        write(file);
        return path;
    }

    private static void Write(Stream file, string text) => file.Write(Encoding.ASCII.GetBytes(text));

    private void WriteKey(Stream file)
    {
        if (content.KeyFile is { } key)
        {
            KeyArchive.Write(file, key);
        }
        else
        {
            file.Write(content.KeptKey);
        }
    }

    private void WriteUnifiedImage(Stream file, string stub)
    {
        try
        {
            UnifiedImageWriter.Write(
                File.ReadAllBytes(stub),
                [
                    FromText(".osrel", "ID=stiefel\nNAME=\"Stiefel\"\nPRETTY_NAME=\"Stiefel client\"\n"),
                    FromText(".cmdline", content.CommandLine),
                    FromFile(".linux", content.Ramdisk.Kernel),
                    FromFile(".initrd", Make("INITRD.ALL", WriteWholeInitrd)),
                ],
                file);
        }
        catch (UnifiedImageException problem)
        {
            throw new FailedException(problem.Message, problem);
        }
    }

    private void WriteWholeInitrd(Stream file)
    {
        using (var ramdisk = File.OpenRead(content.Ramdisk.Initrd))
        {
            ramdisk.CopyTo(file);
        }

        if (content.HasKey)
        {
            file.Write(CpioPadding.After(file.Position).Span);
            WriteKey(file);
        }
    }

    private static UnifiedImageSection FromText(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new UnifiedImageSection(name, () => new MemoryStream(bytes), bytes.Length);
    }

    private static UnifiedImageSection FromFile(string name, string path) => new(name, () => File.OpenRead(path), new FileInfo(path).Length);
}
