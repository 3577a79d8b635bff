using Stiefel.Linux.Files;

namespace Stiefel.Cli.Ramdisk;

/// <summary>
/// Replaces kernel and initrd atomically: they are two files, and a kernel does not start with another kernel's modules. So each version has its own
/// directory, and a single link, which is switched last, selects the current one. The previous version stays for programs that have begun to read it.
/// </summary>
internal sealed class ImageVersions(string directory)
{
    /// <summary>The subdirectory of the versions.</summary>
    public const string Subdirectory = "image";

    private const string Current = "current";
    private const string Unfinished = "new";
    private const string Again = "-again";

    private static readonly string[] s_names = [RamdiskImage.KernelName, RamdiskImage.InitrdName, RamdiskManifest.FileName, RamdiskImage.NetBootName];

    /// <summary>The links to the ramdisk's files, with their targets.</summary>
    public static IEnumerable<(string Name, string Target)> Links => s_names.Select(name => (name, $"{Subdirectory}/{Current}/{name}"));

    // Set regardless of the umask: autokexec refuses a ramdisk that others can write to.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private string Versions => Path.Combine(directory, Subdirectory);

    /// <summary>Makes an empty directory for the next version.</summary>
    public RamdiskImage Begin()
    {
        var place = Path.Combine(Versions, Unfinished);
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }

        Directory.CreateDirectory(Versions, Mode);
        Directory.CreateDirectory(place, Mode);
        return new RamdiskImage(place);
    }

    /// <summary>Makes the written version the current one.</summary>
    public RamdiskImage Finish(RamdiskImage written)
    {
        var before = new FileInfo(Path.Combine(Versions, Current)).LinkTarget;
        var name = Steps.ContentHash.OfFile(written.Manifest)[..16];
        name = name == before && !IsWhole(new RamdiskImage(Path.Combine(Versions, name)), written) ? name + Again : name;
        var place = Path.Combine(Versions, name);
        DirectorySync.Flush(written.DirectoryPath);
        if (name != before)
        {
            if (Directory.Exists(place))
            {
                Directory.Delete(place, recursive: true);
            }

            Directory.Move(written.DirectoryPath, place);
            DirectorySync.Flush(Versions);
            AtomicLink.Switch(Path.Combine(Versions, Current), name);
        }
        else
        {
            Directory.Delete(written.DirectoryPath, recursive: true);
        }

        foreach (var (file, target) in Links)
        {
            // Not every image has all files.
            if (File.Exists(Path.Combine(directory, target)))
            {
                AtomicLink.Switch(Path.Combine(directory, file), target);
            }
            else
            {
                File.Delete(Path.Combine(directory, file));
            }
        }

        foreach (var old in Directory.GetDirectories(Versions).Where(old => Path.GetFileName(old) is var other && other != name && other != before && other != Current))
        {
            Directory.Delete(old, recursive: true);
        }

        return new RamdiskImage(directory);
    }

    // Compares contents, since an existing version may have been damaged.
    private static bool IsWhole(RamdiskImage there, RamdiskImage written) =>
        ((string, string)[])[(there.Kernel, written.Kernel), (there.Initrd, written.Initrd)] is var pairs
        && pairs.All(pair => File.Exists(pair.Item1) && ManifestFile.Of(pair.Item1) == ManifestFile.Of(pair.Item2));
}
