using System.Security.Cryptography;
using Stiefel.Cli.Verbs;

namespace Stiefel.Cli.Keys;

/// <summary>The folder of accepted keys: one raw file `NAME.key` per stick, only its owner may look.</summary>
internal sealed class KeyDirectory(string path)
{
    /// <summary>Where the server in the ramdisk and autokexec look, too.</summary>
    public const string DefaultPath = "/etc/stiefel/keys";

    public const string Extension = ".key";
    public const int KeyLength = 32;
    public const int MaxNameLength = 64;

    private const UnixFileMode OwnerOnlyDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = path;

    /// <summary>Names of the keys, sorted.</summary>
    public IReadOnlyList<string> List() => !Directory.Exists(Path)
        ? []
        : [.. Directory.EnumerateFiles(Path, "*" + Extension).Select(file => System.IO.Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    /// <summary>Makes a fresh key. The file appears complete or not at all, and an existing key is never overwritten.</summary>
    /// <returns>The file's path.</returns>
    public string Create(string name)
    {
        CheckName(name);
        Directory.CreateDirectory(Path, OwnerOnlyDirectory);
        string target = System.IO.Path.Combine(Path, name + Extension);
        string fresh = System.IO.Path.Combine(Path, $".{name}.{Environment.ProcessId}.new");
        Span<byte> key = stackalloc byte[KeyLength];
        try
        {
            RandomNumberGenerator.Fill(key);
            using (var file = new FileStream(fresh, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnlyFile,
            }))
            {
                file.Write(key);
                file.Flush(flushToDisk: true);
            }

            // File.Move without overwrite is link + unlink: it fails if another process made the same name meanwhile.
            File.Move(fresh, target, overwrite: false);
        }
        catch (IOException) when (File.Exists(target))
        {
            throw new RefusedException($"{target} exists already; choose another name, or revoke that key first");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            File.Delete(fresh);
        }

        return target;
    }

    private static void CheckName(string name)
    {
        bool plain = name.Length is > 0 and <= MaxNameLength
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            && name[0] != '.';
        if (!plain)
        {
            throw new UsageException($"key name '{name}': expected 1 to {MaxNameLength} of A-Z a-z 0-9 - _ . and no dot in front");
        }
    }
}
