using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>
/// The file of keys beside the ramdisk of the laptop's boot entry, where firmware and boot loaders read it (docs/security.md#keys-of-the-boot-entry). It holds
/// the key of the menu alone, except from just before a start that is ordered once until the ramdisk has begun: then it holds all keys.
/// It never changes its length, and is overwritten in place, so that no block keeps what it held before.
/// </summary>
public static class EntryKeys
{
    /// <summary>The name of the menu's key.</summary>
    public const string Name = "boot-menu";

    /// <summary>The file's length in bytes: room for as many keys as a server accepts, with the longest names.</summary>
    public const int Size = 32 * 1024;

    /// <summary>A link of the laptop's system to the file that the entry reads now.</summary>
    public const string Link = "/var/lib/stiefel/entry-keys.img";

    /// <summary>The content for starts from the menu; without any key if that of the menu is gone or cannot be used.</summary>
    /// <param name="directory">The directory of keys.</param>
    public static byte[] OfMenu(string directory)
    {
        var file = KeyFiles.FileOf(directory, Name);
        try
        {
            return Build(File.Exists(file) ? [file] : [], place: null);
        }
        catch (KeyFileException)
        {
            return Build([], place: null);
        }
    }

    /// <summary>The content for a start that is ordered once.</summary>
    /// <param name="keyFiles">All keys that the ramdisk gets.</param>
    /// <param name="place">Where this content will lie, so that the ramdisk can wipe it.</param>
    /// <exception cref="KeyFileException">A file is missing, not safe, or holds no key; or there are too many.</exception>
    public static byte[] OfAll(IEnumerable<string> keyFiles, EntryKeysPlace place) => Build(keyFiles, place);

    /// <summary>True if a file with these bytes holds this content and nothing else.</summary>
    public static bool Holds(ReadOnlySpan<byte> present, ReadOnlySpan<byte> content) =>
        present.StartsWith(content) && !present[content.Length..].ContainsAnyExcept((byte)0);

    /// <summary>Overwrites every byte of an existing file in place, and waits until the medium has it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static void Overwrite(string file, ReadOnlySpan<byte> content)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        Overwrite(handle, content);
    }

    /// <inheritdoc cref="Overwrite(string, ReadOnlySpan{byte})"/>
    public static void Overwrite(SafeFileHandle handle, ReadOnlySpan<byte> content)
    {
        var whole = new byte[Math.Max(content.Length, RandomAccess.GetLength(handle))];
        try
        {
            content.CopyTo(whole);
            RandomAccess.Write(handle, whole, 0);
            RandomAccess.FlushToDisk(handle);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(whole);
        }
    }

    // A kernel skips zeros behind an archive (CpioPadding).
    private static byte[] Build(IEnumerable<string> keyFiles, EntryKeysPlace? place)
    {
        var whole = new byte[Size];
        using var stream = new MemoryStream(whole);
        try
        {
            KeyArchive.Write(stream, keyFiles, place);
        }
        catch (NotSupportedException)
        {
            CryptographicOperations.ZeroMemory(whole);
            throw new KeyFileException(KeyFileProblem.NoKey, $"more than {SharedKey.MaxAccepted} keys, which no server accepts; revoke those that are no longer used");
        }

        return whole;
    }
}
