using Stiefel.Linux.Initramfs;

namespace Stiefel.Keys;

/// <summary>
/// Writes a small cpio archive with etc/stiefel/keys/NAME.key, readable by root only, which is appended to the ramdisk. The ramdisk itself
/// holds no key, so it is the same for everyone and can be passed around.
/// </summary>
public static class KeyArchive
{
    /// <summary>The directory of keys in the ramdisk.</summary>
    public const string DirectoryPath = "etc/stiefel/keys";

    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;
    private const UnixFileMode Passable =
        OwnerOnlyDirectory | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes an archive of keys. The destination's position in the final initramfs must be a multiple of 4 bytes (CpioPadding).</summary>
    /// <exception cref="KeyFileException">A file is missing, not safe, or holds no key.</exception>
    public static void Write(Stream destination, params IEnumerable<string> keyFiles) => Write(destination, keyFiles, place: null);

    /// <inheritdoc cref="Write(Stream, IEnumerable{string})"/>
    /// <param name="destination">Receives the archive.</param>
    /// <param name="keyFiles">The keys' files.</param>
    /// <param name="place">Where the archive will lie until the ramdisk has wiped it; null if nothing has to be wiped.</param>
    internal static void Write(Stream destination, IEnumerable<string> keyFiles, EntryKeysPlace? place)
    {
        var cpio = new CpioWriter(destination);
        cpio.AddDirectory("etc", Passable);
        cpio.AddDirectory("etc/stiefel", Passable);
        if (place is not null)
        {
            cpio.AddFile(EntryKeysPlace.NotePath, OwnerOnlyFile, place.ToBytes());
        }

        AddTo(cpio, keyFiles);
        cpio.Complete();
    }

    /// <summary>Adds keys to an archive with other files, which must already contain the parents of <see cref="DirectoryPath"/>.</summary>
    /// <exception cref="KeyFileException">A file is missing, not safe, or holds no key.</exception>
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

    // Reads the file's content unchanged: a sealed key stays sealed, and is opened on the desktop.
    private static byte[] Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new KeyFileException(KeyFileProblem.Unreadable, $"{file} does not exist; make a key with `stiefel key new`");
        }

        using var key = StoredKey.Read(file);
        return key.Content.ToArray();
    }
}
