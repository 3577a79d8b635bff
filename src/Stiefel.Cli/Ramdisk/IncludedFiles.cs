using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>What the configuration adds to a ramdisk of the laptop's own files. It lies beside /usr, so that the programs' part stays the one that a package carries.</summary>
/// <param name="laptop">The top of the laptop's tree.</param>
/// <param name="root">The ramdisk's.</param>
internal sealed class IncludedFiles(string laptop, string root)
{
    // Where /init sends the kernel, besides the place that it knows.
    private const string FirmwarePlace = "early/firmware";

    private static readonly string[] s_firmware = ["usr/lib/firmware", "lib/firmware"];

    /// <summary>Copies files and directories, with their rights to run.</summary>
    /// <exception cref="FailedException">One is not there.</exception>
    public void Copy(IEnumerable<IncludedFile> files)
    {
        foreach (var file in files)
        {
            var (source, target) = Place(file);
            if (Directory.Exists(source))
            {
                Directory.CreateDirectory(target);
                RamdiskTree.Copy(source, target);
                continue;
            }

            if (!File.Exists(source))
            {
                throw new FailedException($"initrd.include-files: {file.Source} is not there");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target, overwrite: true);
        }
    }

    /// <summary>Copies firmware: all below /lib/firmware whose path begins so. Links are followed, of which there are many.</summary>
    /// <exception cref="FailedException">One begins nothing.</exception>
    public void CopyFirmware(IEnumerable<string> beginnings)
    {
        foreach (var beginning in beginnings)
        {
            var found = false;
            foreach (var (source, target) in Firmware(beginning))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target, overwrite: true);
                found = true;
            }

            if (!found)
            {
                throw new FailedException($"initrd.include-firmware: nothing below /lib/firmware begins with `{beginning}`; look there, or install the package that brings it");
            }
        }
    }

    /// <summary>Lists what both would copy, in an order that stays; a source that is not there is listed, too.</summary>
    public IEnumerable<(string Source, string Target)> List(IEnumerable<IncludedFile> files, IEnumerable<string> beginnings)
    {
        foreach (var file in files)
        {
            var (source, target) = Place(file);
            yield return (source, target);
            foreach (var below in Directory.Exists(source) ? DirectoryTree.Walk(source) : [])
            {
                yield return (Path.Combine(source, below), Path.Combine(target, below));
            }
        }

        foreach (var firmware in beginnings.SelectMany(Firmware).OrderBy(firmware => firmware.Target, StringComparer.Ordinal))
        {
            yield return firmware;
        }
    }

    private (string Source, string Target) Place(IncludedFile file) => (Path.Combine(laptop, file.Source.TrimStart('/')), Path.Combine(root, file.Target.TrimStart('/')));

    private IEnumerable<(string Source, string Target)> Firmware(string beginning) =>
        from place in s_firmware.Select(place => Path.Combine(laptop, place)).Where(Directory.Exists).Take(1)
        from file in Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(place, file)
        where path.StartsWith(beginning, StringComparison.Ordinal)
        select (file, Path.Combine(root, FirmwarePlace, path));
}
