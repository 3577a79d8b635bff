using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Keys;

/// <summary>The directory of accepted keys: one file `NAME.key` with the raw key per stick, readable by its owner only.</summary>
internal sealed class KeyDirectory(string path)
{
    /// <summary>The directory that autokexec and the ramdisk's server use, too.</summary>
    public const string DefaultPath = "/etc/stiefel/keys";

    public const string Extension = StoredKey.Extension;
    public const int KeyLength = SharedKey.Size;

    private const string Retired = ".old";

    public string Path { get; } = path;

    /// <summary>Names of the keys, sorted.</summary>
    public IReadOnlyList<string> List() => KeyFiles.List(Path);

    /// <summary>Makes a fresh key. The file appears complete or not at all, and an existing key is never overwritten.</summary>
    /// <param name="name">The key's name.</param>
    /// <param name="bytes">The key's length: 32 bytes, or 16 for a key that is typed.</param>
    /// <returns>The file's path.</returns>
    public string Create(string name, int bytes = KeyLength)
    {
        CheckName(name);
        PrepareDirectory();
        RefuseIfFull();
        var key = RandomNumberGenerator.GetBytes(bytes);
        try
        {
            PrivateFile.Create(FileOf(name), key, $"{FileOf(name)} exists already; choose another name, or revoke that key first");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }

        return FileOf(name);
    }

    /// <summary>Makes a fresh key of the same length under the same name; the previous key is still accepted, under another name, until it is revoked.</summary>
    /// <returns>The previous key's new name, and the length of both keys in bytes.</returns>
    public (string Before, int Bytes) Rotate(string name)
    {
        var before = name + Retired;
        int bytes;
        using (var stored = Load(name))
        {
            // Keep the length: a key that is typed must stay short.
            bytes = stored.Locked is null ? stored.Content.Length : KeyLength;
            CheckName(before);
            RefuseIfFull();
        }

        // Never overwrite: two rotations in a row must not lose the key of the stick that is still in use.
        if (!ExclusiveRename.TryRename(FileOf(name), FileOf(before)))
        {
            throw new RefusedException($"{FileOf(before)} is still accepted since the last rotation; revoke it first: stiefel key revoke {before}");
        }

        try
        {
            Create(name, bytes);
        }
        catch (Exception error)
        {
            if (ExclusiveRename.TryRename(FileOf(before), FileOf(name)))
            {
                throw;
            }

            // The name is taken by a fresh key again: ours, or one that somebody else made meanwhile.
            throw new FailedException($"{error.Message}; the previous key is still accepted, as {before}", error);
        }

        return (before, bytes);
    }

    /// <summary>Removes a key's file durably: it stays removed even if the power fails right afterwards.</summary>
    /// <returns>Other names of the same key in the directory, sorted. While there is one, the key is still accepted.</returns>
    public IReadOnlyList<string> Revoke(string name)
    {
        CheckName(name);
        Span<byte> key = stackalloc byte[KeyLength];
        var isKey = TryReadRaw(FileOf(name), key);
        try
        {
            if (!KeyFiles.Revoke(Path, name))
            {
                throw Unknown(name);
            }

            return isKey ? NamesOf(key) : [];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>One key, or the only one if no name is given.</summary>
    /// <exception cref="KeyFileException">The key cannot be used.</exception>
    public StoredKey Load(string? name)
    {
        if (name is null)
        {
            var names = List();
            name = names.Count == 1 ? names[0] : throw new UsageException($"name one of the keys in {Path}: {Names(names)}");
        }

        CheckName(name);
        if (!File.Exists(FileOf(name)))
        {
            throw Unknown(name);
        }

        StoredKey.CheckDirectory(Path);
        return StoredKey.Read(FileOf(name));
    }

    /// <exception cref="UsageException">The text is not a valid key name.</exception>
    public static void CheckName(string name)
    {
        if (!KeyFiles.IsName(name))
        {
            throw new UsageException($"key name '{name}': expected {KeyFiles.NameRule}");
        }
    }

    private List<string> NamesOf(ReadOnlySpan<byte> key)
    {
        Span<byte> other = stackalloc byte[KeyLength];
        var names = new List<string>();
        foreach (var name in List())
        {
            if (TryReadRaw(FileOf(name), other) && CryptographicOperations.FixedTimeEquals(key, other))
            {
                names.Add(name);
            }
        }

        CryptographicOperations.ZeroMemory(other);
        return names;
    }

    // Read unsafe files too: a key that others could read is the one to revoke, and a server that refuses it today may accept it tomorrow.
    // Sealed keys are left out: no server accepts them.
    private static bool TryReadRaw(string file, Span<byte> key)
    {
        key.Clear(); // HMAC treats a short key and the same key padded with zeros as one (RFC 2104)
        try
        {
            using var handle = File.OpenHandle(file);
            return RandomAccess.GetLength(handle) is SharedKey.Size or SharedKey.OldSize && RandomAccess.Read(handle, key, 0) is SharedKey.Size or SharedKey.OldSize;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // an unreadable file is no key
        }
    }

    private string FileOf(string name) => KeyFiles.FileOf(Path, name);

    private void PrepareDirectory()
    {
        if (!Directory.Exists(Path))
        {
            Directory.CreateDirectory(Path, PrivateFile.DirectoryMode);
        }

        StoredKey.CheckDirectory(Path);
    }

    private void RefuseIfFull()
    {
        if (List().Count >= SharedKey.MaxAccepted)
        {
            throw new RefusedException($"{Path} holds {SharedKey.MaxAccepted} keys, which is the limit; revoke one that is no longer used");
        }
    }

    private UsageException Unknown(string name) => new($"there is no key '{name}' in {Path}: {Names(List())}");

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "it holds none; make one with `stiefel key new NAME`" : string.Join(", ", names);
}
