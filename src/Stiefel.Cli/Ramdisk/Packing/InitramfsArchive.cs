using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>
/// Turns a root directory into one cpio archive whose bytes depend on names, contents, symlinks and the executable bit alone:
/// sorted, owned by root, one fixed time.
/// </summary>
internal static class InitramfsArchive
{
    /// <summary>The time of all files, 2000-01-01: neither in the future nor suspiciously in 1970.</summary>
    public const uint FixedTime = 946_684_800;

    private const UnixFileMode Everyone =
        UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode ExecutableBits = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly Dictionary<string, UnixFileMode> s_otherModes = new()
    {
        ["root"] = OwnerOnly,
        ["etc/stiefel/keys"] = OwnerOnly,
        ["tmp"] = Everyone | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit,
    };

    /// <summary>Writes everything below a directory whose relative path passes the filter.</summary>
    public static void Write(string root, Func<string, bool> include, Stream archive)
    {
        var cpio = new CpioWriter(archive) { Modified = FixedTime };
        foreach (var path in DirectoryTree.Walk(root).Where(include))
        {
            Add(cpio, root, path);
        }

        cpio.Complete();
    }

    /// <summary>Writes single files. Their directories must be in an earlier archive.</summary>
    public static void WriteFiles(IEnumerable<(string Path, string Source)> files, Stream archive)
    {
        var cpio = new CpioWriter(archive) { Modified = FixedTime };
        foreach ((var path, var source) in files)
        {
            using var content = File.OpenRead(source);
            cpio.AddFile(path, Everyone & ~ExecutableBits | UnixFileMode.UserWrite, content, content.Length);
        }

        cpio.Complete();
    }

    private static void Add(CpioWriter cpio, string root, string path)
    {
        var file = new FileInfo(Path.Combine(root, path));
        if (file.LinkTarget is { } target)
        {
            cpio.AddSymlink(path, target);
        }
        else if (file.Attributes.HasFlag(FileAttributes.Directory))
        {
            cpio.AddDirectory(path, s_otherModes.GetValueOrDefault(path, Everyone | UnixFileMode.UserWrite));
        }
        else
        {
            var executable = (file.UnixFileMode & ExecutableBits) != 0;
            using var content = file.OpenRead();
            cpio.AddFile(path, (executable ? Everyone : Everyone & ~ExecutableBits) | UnixFileMode.UserWrite, content, content.Length);
        }
    }
}
