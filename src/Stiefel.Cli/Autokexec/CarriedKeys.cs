using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>The keys that go along with the ramdisk.</summary>
internal static class CarriedKeys
{
    /// <summary>Files of those that the server can use. One that others can read, or that is sealed for a stick, must not keep the laptop here, or go where it is of no use.</summary>
    /// <param name="keys">Where they are.</param>
    /// <param name="tell">Told which stay behind, and why.</param>
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
                tell($"stays behind: {error.Message}");
            }
        }

        return usable;
    }
}
