using System.Reflection;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Stiefel's own files in every ramdisk, embedded in this program.</summary>
internal static class Overlay
{
    public const string Always = "overlay/";
    public const string Debug = "overlay-debug/";

    /// <summary>The files of an overlay, with their paths in the ramdisk.</summary>
    public static IEnumerable<(string Path, byte[] Content)> Files(string overlay)
    {
        var program = typeof(Overlay).Assembly;
        foreach (var name in program.GetManifestResourceNames().Where(name => name.StartsWith(overlay, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var content = program.GetManifestResourceStream(name)!;
            var bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            yield return (name[overlay.Length..], bytes);
        }
    }

    /// <summary>Writes the files below a directory; those that begin with `#!` become executable.</summary>
    public static void Write(string overlay, string root)
    {
        foreach ((var path, var content) in Files(overlay))
        {
            var file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
            if (content.AsSpan().StartsWith("#!"u8))
            {
                RamdiskTree.MakeExecutable(file);
            }
        }
    }
}
