using Stiefel.Linux.Initramfs;

namespace Stiefel.Keys;

/// <summary>
/// A small cpio that is appended to the key-free ramdisk: etc/stiefel/keys/NAME.key, for root's eyes only. So the image stays the same
/// for everyone, and a key is never in a file that is passed around.
/// </summary>
public static class KeyArchive
{
    /// <summary>Where the keys lie in the ramdisk.</summary>
    public const string DirectoryPath = "etc/stiefel/keys";

    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;
    private const UnixFileMode Passable =
        OwnerOnlyDirectory | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes an archive of keys; the destination must stand at a multiple of 4 of the final initramfs (CpioPadding).</summary>
    /// <exception cref="KeyFileException">A file is not there, not safe, or holds no key.</exception>
    public static void Write(Stream destination, params IEnumerable<string> keyFiles)
    {
        var cpio = new CpioWriter(destination);
        cpio.AddDirectory("etc", Passable);
        cpio.AddDirectory("etc/stiefel", Passable);
        AddTo(cpio, keyFiles);
        cpio.Complete();
    }

    /// <summary>Adds keys to an archive that holds other files, too; the directories above <see cref="Directory"/> must be in it.</summary>
    /// <exception cref="KeyFileException">As above.</exception>
    public static void AddTo(CpioWriter archive, params IEnumerable<string> keyFiles)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(keyFiles);
        archive.AddDirectory(DirectoryPath, OwnerOnlyDirectory);
        foreach (var file in keyFiles)
        {
            archive.AddFile($"{DirectoryPath}/{Path.GetFileNameWithoutExtension(file)}{StoredKey.Extension}", OwnerOnlyFile, Read(file));
        }
    }

    // As it is: a key sealed under its passphrase is opened on the desktop.
    private static byte[] Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new KeyFileException(KeyFileProblem.Unreadable, $"{file}: no such key; make one with `stiefel key new`");
        }

        using var key = StoredKey.Read(file);
        return key.Content.ToArray();
    }
}
