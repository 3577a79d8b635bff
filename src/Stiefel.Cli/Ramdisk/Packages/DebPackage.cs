using System.Formats.Tar;
using System.IO.Pipelines;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Packages;

/// <summary>One .deb file.</summary>
/// <param name="Path">The file's path.</param>
/// <param name="Name">The package's name.</param>
/// <param name="Version">The package's version.</param>
/// <param name="Dependencies">One item per dependency, each with the names of its alternatives (Depends and Pre-Depends; apt has already checked the versions).</param>
/// <param name="Provides">Further names that the package provides.</param>
internal sealed record DebPackage(
    string Path, string Name, string Version, IReadOnlyList<IReadOnlyList<string>> Dependencies, IReadOnlyList<string> Provides)
{
    private const string Fields = "${Package}\t${Version}\t${Pre-Depends}\t${Depends}\t${Provides}";

    /// <summary>Reads the control fields (man 1 dpkg-deb).</summary>
    public static async Task<DebPackage> ReadAsync(string path, CancellationToken token)
    {
        var output = await ExternalProgram.RunAsync("dpkg-deb", ["--show", $"--showformat={Fields}", path], token: token);
        var fields = output.Text.Split('\t');
        return new DebPackage(path, fields[0], fields[1], [.. ParseRelation(fields[2]), .. ParseRelation(fields[3])], [.. ParseRelation(fields[4]).SelectMany(names => names)]);
    }

    /// <summary>`a (>= 1), b:any | c` gives [[a], [b, c]].</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> ParseRelation(string text) =>
    [
        .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(item => (IReadOnlyList<string>)[.. item.Split('|', StringSplitOptions.TrimEntries).Select(name => name.Split(' ', ':', '(')[0])]),
    ];

    /// <summary>Unpacks files, symlinks and the directories they need.</summary>
    /// <param name="directory">The directory to unpack into.</param>
    /// <param name="place">Maps a path of the package (relative, without `./`) to a path in the directory; null leaves it out.</param>
    /// <param name="token">Cancels the unpacking.</param>
    public async Task ExtractAsync(string directory, Func<string, string?> place, CancellationToken token)
    {
        var pipe = new Pipe();
        var unpacking = UnpackAsync(pipe.Reader.AsStream(), directory, place, token);
        await using (var archive = pipe.Writer.AsStream())
        {
            await ExternalProgram.RunAsync("dpkg-deb", ["--fsys-tarfile", Path], new ExternalProgramOptions { OutputDestination = archive }, token);
        }

        await unpacking;
    }

    private static async Task UnpackAsync(Stream archive, string directory, Func<string, string?> place, CancellationToken token)
    {
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(copyData: false, token) is { } entry)
        {
            var name = entry.Name.TrimStart('.').Trim('/');
            if (name.Length == 0 || name.Split('/').Contains("..") || place(name) is not { } target)
            {
                continue;
            }

            var file = System.IO.Path.Combine(directory, target);
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
                    await entry.ExtractToFileAsync(file, overwrite: true, token);
                    break;
                case TarEntryType.SymbolicLink:
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
                    File.Delete(file);
                    File.CreateSymbolicLink(file, entry.LinkName);
                    break;
                case TarEntryType.HardLink when place(entry.LinkName.TrimStart('.').Trim('/')) is { } original:
                    File.Copy(System.IO.Path.Combine(directory, original), file, overwrite: true);
                    break;
                default:
                    break; // directories are made for their files
            }
        }

        // Read to the end, or dpkg-deb dies of a closed pipe.
        await archive.CopyToAsync(Stream.Null, token);
    }
}
