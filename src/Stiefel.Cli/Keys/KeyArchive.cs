using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Keys;

/// <summary>
/// A small cpio that is appended to the key-free ramdisk: etc/stiefel/keys/NAME.key, for root's eyes only. So the image stays the same
/// for everyone, and a key is never in a file that is passed around.
/// </summary>
internal static class KeyArchive
{
    private const UnixFileMode Folder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the archive; the destination must stand at a multiple of 4 of the final initramfs (CpioPadding).</summary>
    public static void Write(Stream destination, params IEnumerable<string> keyFiles)
    {
        var cpio = new CpioWriter(destination);
        cpio.AddDirectory("etc", Folder);
        cpio.AddDirectory("etc/stiefel", Folder);
        cpio.AddDirectory("etc/stiefel/keys", OwnerOnlyFolder);
        foreach (string file in keyFiles)
        {
            cpio.AddFile($"etc/stiefel/keys/{Path.GetFileNameWithoutExtension(file)}{KeyDirectory.Extension}", OwnerOnlyFile, Read(file));
        }

        cpio.Complete();
    }

    // As it is: a key sealed under its passphrase is opened on the desktop.
    private static byte[] Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new UsageException($"{file}: no such key; make one with `stiefel key new`");
        }

        using StoredKey key = StoredKey.Read(file);
        return key.Content.ToArray();
    }
}
