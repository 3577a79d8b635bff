using Stiefel.Cli.Configuration;
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
            var source = Path.Combine(laptop, file.Source.TrimStart('/'));
            var target = Path.Combine(root, file.Target.TrimStart('/'));
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
            foreach (var place in s_firmware.Select(place => Path.Combine(laptop, place)).Where(Directory.Exists).Take(1))
            {
                foreach (var file in Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories).Where(file => Path.GetRelativePath(place, file).StartsWith(beginning, StringComparison.Ordinal)))
                {
                    var target = Path.Combine(root, FirmwarePlace, Path.GetRelativePath(place, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    File.Copy(file, target, overwrite: true);
                    found = true;
                }
            }

            if (!found)
            {
                throw new FailedException($"initrd.include-firmware: nothing below /lib/firmware begins with `{beginning}`; look there, or install the package that brings it");
            }
        }
    }
}
