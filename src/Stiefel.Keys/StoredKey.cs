using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>What a key's file holds: the raw key, or one sealed under a passphrase. Dispose of it as soon as the key is made.</summary>
public sealed class StoredKey : IDisposable
{
    /// <summary>Of a key's file.</summary>
    public const string Extension = ".key";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode OthersMayWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly byte[] _content;

    private StoredKey(byte[] content, string name, SealedKey? locked)
    {
        _content = content;
        Name = name;
        Locked = locked;
    }

    /// <summary>The file's name without its extension.</summary>
    public string Name { get; }

    /// <summary>The key under its passphrase; null if the file holds it as it is.</summary>
    public SealedKey? Locked { get; }

    /// <summary>The file's bytes: a secret unless the key is sealed.</summary>
    public ReadOnlySpan<byte> Content => _content;

    /// <summary>Reads a key's file.</summary>
    /// <exception cref="KeyFileException">It cannot be read, is not for its owner's eyes only, or holds no key.</exception>
    public static StoredKey Read(string path)
    {
        var buffer = new byte[SealedKey.MaxLength + 1];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            {
                throw new KeyFileException(KeyFileProblem.Unsafe, $"{path}: others on this machine can read or change this key; chmod 600 it, and make a new one if anyone may have read it");
            }

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

    /// <summary>Refuses a folder into which others could put a key of theirs.</summary>
    /// <exception cref="KeyFileException">They could.</exception>
    /// <exception cref="IOException">There is no such folder.</exception>
    public static void CheckFolder(string folder)
    {
        if ((File.GetUnixFileMode(folder) & OthersMayWrite) != 0)
        {
            throw new KeyFileException(KeyFileProblem.Unsafe, $"{folder}: others on this machine can add keys to this folder; chmod 700 it, and look at what it holds");
        }
    }

    /// <summary>The key of a file that is not sealed.</summary>
    /// <exception cref="KeyFileException">It is sealed.</exception>
    public SharedKey Open() => Locked is null
        ? SharedKey.FromBytes(_content, Name)
        : throw new KeyFileException(KeyFileProblem.NoKey, $"the key {Name} is sealed under a passphrase: that is for sticks, a laptop needs it as it is");

    /// <summary>Overwrites the content.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_content);

    private static StoredKey Parse(string path, ReadOnlySpan<byte> content, long fileLength)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (content.Length is SharedKey.Size or SharedKey.OldSize)
        {
            return new StoredKey(content.ToArray(), name, null);
        }

        if (!SealedKey.Looks(content))
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{path}: a key has {SharedKey.Size} bytes ({SharedKey.OldSize} of the old system or of a pairing code), this file has {fileLength}");
        }

        try
        {
            return new StoredKey(content.ToArray(), name, SealedKey.Parse(Encoding.ASCII.GetString(content)));
        }
        catch (FormatException e)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{path}: not a sealed key: {e.Message}", e);
        }
    }
}
