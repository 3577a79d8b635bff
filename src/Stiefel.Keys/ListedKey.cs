using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>A key and the file it was read from.</summary>
/// <param name="Key">The key.</param>
/// <param name="Id">The name in the key's certificate (<see cref="DerivedCertificate.NameOf"/>), which identifies the key without being a secret.</param>
/// <param name="Stamp">The stamp of the key's file when it was read.</param>
public sealed record ListedKey(SharedKey Key, string Id, KeyFileStamp Stamp)
{
    /// <summary>Reads a file of the directory.</summary>
    /// <exception cref="KeyFileException">The file is not safe, holds no key that a laptop can use, or has an invalid name.</exception>
    public static ListedKey Read(KeyFileStamp file)
    {
        // A key is revoked by its name, locally and over the network, so the name must be valid.
        if (!KeyFiles.IsName(Path.GetFileNameWithoutExtension(file.Path)))
        {
            throw new KeyFileException(KeyFileProblem.NoKey,
                $"{file.Path}: a key of this name could not be revoked; rename the file to NAME{StoredKey.Extension}, where NAME is {KeyFiles.NameRule}");
        }

        if (!file.File.IsRegular)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{file.Path} is neither a regular file nor a link to one, so it cannot be a key");
        }

        try
        {
            using var stored = StoredKey.Read(file.Path);
            var key = stored.Open();
            return new ListedKey(key, DerivedCertificate.NameOf(key), file);
        }
        catch (ArgumentException e)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{file.Path} holds no usable key: {e.Message}", e);
        }
    }
}
