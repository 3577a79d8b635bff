using System.Security.Cryptography;
using Stiefel.Client.Verbs;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client;

/// <summary>The stick's key on disk: 32 raw bytes (16 of the old system), readable by its owner only.</summary>
internal static class KeyFile
{
    public const string DefaultDirectory = "/etc/stiefel/keys";

    private const UnixFileMode Foreign = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Loads the named file, or the only `*.key` of the directory.</summary>
    /// <exception cref="UsageException">None, several, or not a key.</exception>
    /// <exception cref="UnsafeException">Others can read or write it.</exception>
    public static SharedKey Load(string? path, string directory = DefaultDirectory)
    {
        path ??= FindOnly(directory);
        Span<byte> secret = stackalloc byte[SharedKey.Size + 1];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if ((File.GetUnixFileMode(file.SafeFileHandle) & Foreign) != 0)
            {
                throw new UnsafeException($"{path}: others can read or write this key; chmod 600 it, and make a new one if anyone may have read it");
            }

            int length = file.ReadAtLeast(secret, secret.Length, throwOnEndOfStream: false);
            return length is SharedKey.Size or SharedKey.OldSize
                ? SharedKey.FromBytes(secret[..length], Path.GetFileNameWithoutExtension(path))
                : throw new UsageException($"{path}: a key has {SharedKey.Size} bytes ({SharedKey.OldSize} of the old system), this file has {file.Length}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read the key {path}: {error.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static string FindOnly(string directory)
    {
        string[] files = Directory.Exists(directory) ? Directory.GetFiles(directory, "*.key") : [];
        return files.Length switch
        {
            1 => files[0],
            0 => throw new UsageException($"no *.key in {directory}: make one with `stiefel key new`, or name one with --key"),
            _ => throw new UsageException($"{files.Length} keys in {directory} ({string.Join(", ", files.Select(Path.GetFileName).Order(StringComparer.Ordinal))}): name one with --key"),
        };
    }
}
