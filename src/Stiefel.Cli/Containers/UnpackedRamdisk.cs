using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.Linux.Initramfs;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Containers;

/// <summary>A finished ramdisk as a directory, unpacked by other programs than those that a kernel uses: cpio and squashfs-tools. Disposal deletes it.</summary>
internal sealed class UnpackedRamdisk : IDisposable
{
    private static readonly (string Name, string Place)[] s_fileSystems = [("usr.squashfs", "usr"), ("modules.squashfs", "usr/lib/modules")];

    private UnpackedRamdisk(string root) => Root = root;

    /// <summary>The directory that the ramdisk's programs see as `/`.</summary>
    public string Root { get; }

    /// <param name="image">The ramdisk.</param>
    /// <param name="token">Cancels the unpacking.</param>
    /// <exception cref="FailedException">The image is no longer the one that its manifest describes, or has no manifest.</exception>
    /// <exception cref="ExternalProgramException">A program is missing, or cannot read the image.</exception>
    public static async Task<UnpackedRamdisk> MakeAsync(RamdiskImage image, CancellationToken token)
    {
        var manifest = ReadManifest(image);

        // Not /tmp, which may be memory. The mode is that of a root directory, in which programs without privileges look up files.
        var ramdisk = new UnpackedRamdisk(Path.Combine("/var/tmp", $"stiefel-ramdisk-{Environment.ProcessId}-{Guid.NewGuid():N}"));
        try
        {
            Directory.CreateDirectory(ramdisk.Root);
            await ramdisk.UnpackAsync(image, manifest, token);
            return ramdisk;
        }
        catch
        {
            ramdisk.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    private static RamdiskManifest ReadManifest(RamdiskImage image)
    {
        var manifest = (File.Exists(image.Manifest) ? RamdiskManifest.TryRead(File.ReadAllBytes(image.Manifest)) : null)
            ?? throw new FailedException($"{image.Manifest} is missing or damaged; make the ramdisk again with `stiefel create-initrd --out {image.DirectoryPath}`");
        foreach (var file in new[] { image.Kernel, image.Initrd })
        {
            if (!manifest.Files.TryGetValue(Path.GetFileName(file), out var described) || ManifestFile.Of(file) != described)
            {
                throw new FailedException($"{file} is not the file that {image.Manifest} describes; make the ramdisk again with `stiefel create-initrd --out {image.DirectoryPath}`");
            }
        }

        return manifest;
    }

    // Archives with /init and the like first, then one with the two file systems that /init mounts (Ramdisk/Packing/InitrdParts.cs).
    private async Task UnpackAsync(RamdiskImage image, RamdiskManifest manifest, CancellationToken token)
    {
        await using var initrd = File.OpenRead(image.Initrd);
        foreach (var part in manifest.Parts.SkipLast(s_fileSystems.Length))
        {
            await ExtractAsync(initrd, part.Size, part.Compression.Split(' ')[0], token);
            initrd.Position += CpioPadding.After(initrd.Position).Length;
        }

        await ExtractAsync(initrd, initrd.Length - initrd.Position, "none", token);
        foreach ((var name, var place) in s_fileSystems)
        {
            var packed = Path.Combine(Root, "early", name);
            await ExternalProgram.RunAsync("unsquashfs", ["-quiet", "-no-progress", "-force", "-dest", Path.Combine(Root, place), packed], token: token);
            File.Delete(packed);
        }

    }

    private async Task ExtractAsync(FileStream initrd, long length, string compression, CancellationToken token)
    {
        var packed = Path.Combine(Root, "part");
        var archive = packed + ".cpio";
        await using (var file = File.Create(packed))
        {
            await CopyAsync(initrd, file, length, token);
        }

        await using (var source = File.OpenRead(packed))
        await using (var target = File.Create(archive))
        {
            await (compression == "none"
                ? source.CopyToAsync(target, token)
                : ExternalProgram.RunAsync(compression, ["-d", "-c"], new ExternalProgramOptions { Input = source, OutputDestination = target }, token));
        }

        await using (var source = File.OpenRead(archive))
        {
            await ExternalProgram.RunAsync("cpio", ["--extract", "--make-directories", "--preserve-modification-time", "--unconditional", "--quiet"], new ExternalProgramOptions { Input = source, WorkingDirectory = Root }, token);
        }

        File.Delete(packed);
        File.Delete(archive);
    }

    private static async Task CopyAsync(FileStream from, FileStream to, long length, CancellationToken token)
    {
        var buffer = new byte[1024 * 1024];
        while (length > 0)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(length, buffer.Length));
            await from.ReadExactlyAsync(piece, token);
            await to.WriteAsync(piece, token);
            length -= piece.Length;
        }
    }
}
