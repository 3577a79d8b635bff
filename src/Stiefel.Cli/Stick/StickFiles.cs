using System.Text;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Stick;

/// <summary>One file of a stick.</summary>
/// <param name="Path">Where it goes, from the top of the file system.</param>
/// <param name="Source">A file with its bytes.</param>
internal sealed record StickFile(string Path, string Source);

/// <summary>All files of a stick. What is made for it alone, the key among them, lies in a private directory meanwhile.</summary>
/// <param name="content">What goes onto it.</param>
/// <param name="programs">The boot programs.</param>
/// <param name="paths">Where the files go.</param>
/// <param name="work">An empty directory for nobody else's eyes.</param>
internal sealed class StickFiles(StickContent content, BootPrograms programs, StickPaths paths, string work)
{
    // An unsigned program holds kernel and initrd itself; a signed loader reads the files that BIOS reads as well.
    private const string UnifiedImage = "UEFI.EFI";

    /// <summary>Kernel, initrd, key, menu and programs, in the order in which they are to be written: what starts the others is last.</summary>
    /// <exception cref="FailedException">A program cannot be made of them.</exception>
    /// <exception cref="KeyFileException">The key cannot be read.</exception>
    public IReadOnlyList<StickFile> Prepare()
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
            files.Add(new StickFile(paths.Program(paths.FirstProgram), Make(UnifiedImage, WriteUnifiedImage)));
        }

        return files;
    }

    /// <summary>The menu and the modules of syslinux, for the top of a stick that BIOS starts as well.</summary>
    public IReadOnlyList<StickFile> PrepareForBios() =>
    [
        .. programs.BiosModules.Select(module => new StickFile(Path.GetFileName(module).ToUpperInvariant(), module)),
        new StickFile("SYSLINUX.CFG", Make("SYSLINUX.CFG", file => Write(file, LoaderMenus.Syslinux(content, paths)))),
    ];

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

    private void WriteUnifiedImage(Stream file)
    {
        try
        {
            UnifiedImageWriter.Write(
                File.ReadAllBytes(programs.Stub!),
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
