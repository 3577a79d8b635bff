using Stiefel.Cli.Keys;
using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Control;

/// <summary>Finds the key that identifies this program to a control plane: a key of the directory, or a file elsewhere.</summary>
internal static class AskingKey
{
    /// <exception cref="KeyFileException">The key cannot be used.</exception>
    public static SharedKey Load(string directory, string? nameOrFile)
    {
        using var stored = Find(directory, nameOrFile);
        return stored.Open();
    }

    /// <summary>The key as it is stored, perhaps sealed.</summary>
    /// <exception cref="KeyFileException">The key cannot be used.</exception>
    public static StoredKey Find(string directory, string? nameOrFile) =>
        nameOrFile is not null && IsFile(nameOrFile) ? StoredKey.Read(nameOrFile) : new KeyDirectory(directory).Load(nameOrFile);

    /// <summary>True if the text is a file's path rather than the name of a key.</summary>
    public static bool IsFile(string nameOrFile) => nameOrFile.Contains('/') || nameOrFile.EndsWith(KeyDirectory.Extension, StringComparison.Ordinal);
}
