using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>Selects the keys that are handed to the ramdisk.</summary>
internal static class CarriedKeys
{
    /// <summary>
    /// The files of the keys that the server can use. A key that others can read, or that is sealed for a stick, stays behind: it would be of no use in the
    /// ramdisk, and it must not keep the laptop from leaving.
    /// </summary>
    /// <param name="keys">The directory of keys.</param>
    /// <param name="tell">Receives one line for each key that stays behind, with the reason.</param>
    public static IReadOnlyList<string> FilesIn(KeyDirectory keys, Action<string> tell)
    {
        var usable = new List<string>();
        foreach (var name in keys.List())
        {
            try
            {
                using var stored = keys.Load(name);
                stored.Open().Dispose();
                usable.Add(Path.Combine(keys.Path, name + KeyDirectory.Extension));
            }
            catch (Exception error) when (error is KeyFileException or VerbException or IOException or UnauthorizedAccessException)
            {
                tell($"a key stays behind: {error.Message}");
            }
        }

        return usable;
    }

    /// <inheritdoc cref="FilesIn"/>
    /// <exception cref="FailedException">There is none.</exception>
    public static IReadOnlyList<string> RequiredIn(KeyDirectory keys, Action<string> tell) => FilesIn(keys, tell) is { Count: > 0 } files
        ? files
        : throw new FailedException($"{keys.Path} holds no key that the server can use, so no desktop would get an answer; make one with `stiefel key new NAME`");
}
