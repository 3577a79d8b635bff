using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>The content of a key's file: a raw key, or one sealed with a passphrase. Dispose of it as soon as the key is made.</summary>
public sealed class StoredKey : IDisposable
{
    /// <summary>The file name extension of a key's file.</summary>
    public const string Extension = ".key";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly byte[] _content;

    private StoredKey(byte[] content, string name, SealedKey? locked)
    {
        _content = content;
        Name = name;
        Locked = locked;
    }

    /// <summary>The file's name without its extension.</summary>
    public string Name { get; }

    /// <summary>The sealed key; null if the file holds a raw key.</summary>
    public SealedKey? Locked { get; }

    /// <summary>The file's bytes: a secret unless the key is sealed.</summary>
    public ReadOnlySpan<byte> Content => _content;

    /// <summary>Reads a key's file.</summary>
    /// <exception cref="KeyFileException">The file cannot be read, can be read by others than this user and root, or holds no key.</exception>
    public static StoredKey Read(string path)
    {
        var buffer = new byte[SealedKey.MaxLength + 1];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            CheckOthers(path, file.SafeFileHandle);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return Parse(path, buffer.AsSpan(0, length), file.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(KeyFileProblem.Unreadable, $"cannot read the key {path}: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Refuses a directory to which others could add a key: its owner is neither this user nor root, or others may write to it.</summary>
    /// <exception cref="KeyFileException">Others can add keys to the directory.</exception>
    /// <exception cref="IOException">The directory does not exist.</exception>
    public static void CheckDirectory(string directory)
    {
        var owner = FileOwner.Of(directory, followLink: true);
        if (!owner.IsUsOrRoot)
        {
            throw new KeyFileException(KeyFileProblem.Unsafe, $"{directory}: another user of this machine owns this directory and can add keys to it; check the keys in it, then chown it to yourself");
        }

        if (owner.OthersMayWrite)
        {
            throw new KeyFileException(KeyFileProblem.Unsafe, $"{directory}: others on this machine can add keys to this directory; chmod 700 it, then check the keys in it");
        }
    }

    /// <summary>Returns the key, if it is not sealed.</summary>
    /// <exception cref="KeyFileException">The key is sealed.</exception>
    public SharedKey Open() => Locked is null
        ? SharedKey.FromBytes(_content, Name)
        : throw new KeyFileException(KeyFileProblem.NoKey, $"the key {Name} is sealed with a passphrase; that is for sticks only, a laptop needs the key unsealed");

    /// <summary>Overwrites the content.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_content);

    private static void CheckOthers(string path, SafeFileHandle file)
    {
        if ((File.GetUnixFileMode(file) & Others) != 0)
        {
            throw new KeyFileException(KeyFileProblem.Unsafe, $"{path}: others on this machine can read or change this key; chmod 600 it, and make a new one if anyone may have read it");
        }

        if (!FileOwner.Of(file).IsUsOrRoot)
        {
            throw new KeyFileException(KeyFileProblem.Unsafe, $"{path}: another user of this machine owns this key and can read it; make a new one, or chown it to yourself if that user may have it");
        }
    }

    private static StoredKey Parse(string path, ReadOnlySpan<byte> content, long fileLength)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (content.Length is SharedKey.Size or SharedKey.OldSize)
        {
            return new StoredKey(content.ToArray(), name, null);
        }

        if (!SealedKey.Looks(content))
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{path} is not a key: it has {fileLength} bytes instead of {SharedKey.Size} ({SharedKey.OldSize} for the old system or a pairing code)");
        }

        try
        {
            return new StoredKey(content.ToArray(), name, SealedKey.Parse(Encoding.ASCII.GetString(content)));
        }
        catch (FormatException e)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{path} is not a valid sealed key: {e.Message}", e);
        }
    }
}
