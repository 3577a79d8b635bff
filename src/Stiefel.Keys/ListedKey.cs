using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>A key and the file it was read from.</summary>
/// <param name="Key">The key.</param>
/// <param name="Id">The name of its certificate (<see cref="DerivedCertificate.NameOf"/>), which tells it from others without being a secret.</param>
/// <param name="Stamp">Its file when it was read.</param>
public sealed record ListedKey(SharedKey Key, string Id, KeyFileStamp Stamp)
{
    /// <summary>Reads a file of the directory.</summary>
    /// <exception cref="KeyFileException">It is not safe, holds no key that a laptop can use, or has a name that no key can have.</exception>
    public static ListedKey Read(KeyFileStamp file)
    {
        // By its name a key is revoked, here and from elsewhere.
        if (!KeyFiles.IsName(Path.GetFileNameWithoutExtension(file.Path)))
        {
            throw new KeyFileException(KeyFileProblem.NoKey,
                $"{file.Path}: a key of this name could not be revoked; rename the file to NAME{StoredKey.Extension}, where NAME is {KeyFiles.NameRule}");
        }

        if (!file.File.IsRegular)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{file.Path}: a key is a regular file, and this is none, nor a link that leads to one");
        }

        try
        {
            using var stored = StoredKey.Read(file.Path);
            var key = stored.Open();
            return new ListedKey(key, DerivedCertificate.NameOf(key), file);
        }
        catch (ArgumentException e)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{file.Path}: no usable key: {e.Message}", e);
        }
    }
}
