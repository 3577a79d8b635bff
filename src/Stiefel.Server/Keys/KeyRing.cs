using Stiefel.Protocol.Keys;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Keys;

/// <summary>The keys this server accepts: one raw file NAME.key per stick, for its owner's eyes only.</summary>
public sealed class KeyRing : IDisposable
{
    private const string Pattern = "*.key";
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private KeyRing(IReadOnlyList<SharedKey> keys) => Keys = keys;

    /// <summary>At least one.</summary>
    public IReadOnlyList<SharedKey> Keys { get; }

    /// <exception cref="SettingsException">No key, too many, or one that is not what it should be.</exception>
    public static KeyRing Load(string directory)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(directory, Pattern);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"Keys:Directory = '{directory}': cannot be read: {e.Message}");
        }

        if (files.Length is 0 or > SharedKey.MaxAccepted)
        {
            throw new SettingsException($"Keys:Directory = '{directory}': holds {files.Length} files {Pattern}, expected 1 to {SharedKey.MaxAccepted}; " +
                "make one with: stiefel key new NAME");
        }

        Array.Sort(files, StringComparer.Ordinal);
        return new KeyRing([.. files.Select(Read)]);
    }

    public void Dispose()
    {
        foreach (var key in Keys)
        {
            key.Dispose();
        }
    }

    private static SharedKey Read(string file)
    {
        try
        {
            if ((File.GetUnixFileMode(file) & Others) != 0)
            {
                throw new SettingsException($"{file}: others on this machine can read or change it; chmod 600 it, and renew the key if they did");
            }

            // One byte more than fits, so that a longer file is seen to be longer without being read.
            Span<byte> secret = stackalloc byte[SharedKey.Size + 1];
            using var handle = File.OpenHandle(file);
            var length = RandomAccess.Read(handle, secret, 0);
            var key = SharedKey.FromBytes(secret[..length], Path.GetFileNameWithoutExtension(file));
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingsException($"{file}: no usable key: {e.Message}");
        }
    }
}
