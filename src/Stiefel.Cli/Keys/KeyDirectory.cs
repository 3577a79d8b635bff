using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Keys;

/// <summary>The directory of accepted keys: one raw file `NAME.key` per stick, only its owner may look.</summary>
internal sealed class KeyDirectory(string path)
{
    /// <summary>Where the server in the ramdisk and autokexec look, too.</summary>
    public const string DefaultPath = "/etc/stiefel/keys";

    public const string Extension = StoredKey.Extension;
    public const int KeyLength = SharedKey.Size;

    private const string Retired = ".old";

    public string Path { get; } = path;

    /// <summary>Names of the keys, sorted.</summary>
    public IReadOnlyList<string> List() => KeyFiles.List(Path);

    /// <summary>Makes a fresh key. The file appears complete or not at all, and an existing key is never overwritten.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">The key's length: 32 bytes, or 16 for one that is to be typed.</param>
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

    /// <summary>A fresh key of the same length under the name; the one before goes on being accepted, under another name, until it is revoked.</summary>
    /// <returns>The name of the key before, and the bytes of both.</returns>
    public (string Before, int Bytes) Rotate(string name)
    {
        var before = name + Retired;
        int bytes;
        using (var stored = Load(name))
        {
            // One that is typed would be twice as long otherwise.
            bytes = stored.Locked is null ? stored.Content.Length : KeyLength;
            CheckName(before);
            RefuseIfFull();
        }

        // Not overwriting: two rotations must not lose the key of the stick that is still in use.
        if (!ExclusiveRename.TryRename(FileOf(name), FileOf(before)))
        {
            throw new RefusedException($"{FileOf(before)} is still accepted from the rotation before; revoke it first: stiefel key revoke {before}");
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

            // There is a fresh one: this one's, or that of somebody who was faster.
            throw new FailedException($"{error.Message}; the key before is accepted as {before}", error);
        }

        return (before, bytes);
    }

    /// <summary>Removes a key's file, for good also after a power failure in the next moment.</summary>
    /// <returns>Names under which the directory holds the same key besides, sorted: as long as there is one, nobody who has the key is kept out.</returns>
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
    /// <exception cref="KeyFileException">It cannot be used.</exception>
    public StoredKey Load(string? name)
    {
        if (name is null)
        {
            var names = List();
            name = names.Count == 1 ? names[0] : throw new UsageException($"say which key of {Path}: {Names(names)}");
        }

        CheckName(name);
        if (!File.Exists(FileOf(name)))
        {
            throw Unknown(name);
        }

        StoredKey.CheckDirectory(Path);
        return StoredKey.Read(FileOf(name));
    }

    /// <exception cref="UsageException">No key can be called that.</exception>
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
        key.Clear(); // a shorter key and the same with zeros behind it are one to HMAC (RFC 2104)
        try
        {
            using var handle = File.OpenHandle(file);
            return RandomAccess.GetLength(handle) is SharedKey.Size or SharedKey.OldSize && RandomAccess.Read(handle, key, 0) is SharedKey.Size or SharedKey.OldSize;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // then it is none
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
            throw new RefusedException($"{Path} holds {SharedKey.MaxAccepted} keys, more are not accepted; revoke one that is no longer used");
        }
    }

    private UsageException Unknown(string name) => new($"there is no key '{name}' in {Path}: {Names(List())}");

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "it holds none; make one with `stiefel key new NAME`" : string.Join(", ", names);
}
