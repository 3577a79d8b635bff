using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Copies the laptop's own files that the configuration adds to a ramdisk. They go beside /usr, so that the programs from the package remain unchanged.</summary>
/// <param name="laptop">The root of the laptop's tree.</param>
/// <param name="root">The root of the ramdisk's tree.</param>
internal sealed class IncludedFiles(string laptop, string root)
{
    // A further directory in which /init makes the kernel look for firmware.
    private const string FirmwarePlace = "early/firmware";

    private static readonly string[] s_firmware = ["usr/lib/firmware", "lib/firmware"];

    /// <summary>Copies files and directories, and keeps executable bits.</summary>
    /// <exception cref="FailedException">A file does not exist.</exception>
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

    /// <summary>Copies all firmware files whose path below /lib/firmware begins with one of the prefixes. The many links there are followed.</summary>
    /// <exception cref="FailedException">No file begins with a prefix.</exception>
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

    /// <summary>Lists what both would copy, in a stable order; a missing source is listed, too.</summary>
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
