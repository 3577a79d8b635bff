using System.Reflection;

namespace Stiefel.Cli.Ramdisk;

/// <summary>The files of our own that every ramdisk holds, carried inside this program.</summary>
internal static class Overlay
{
    public const string Always = "overlay/";
    public const string Debug = "overlay-debug/";

    /// <summary>Files by their path in the ramdisk.</summary>
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

    /// <summary>Writes them below a directory; what begins with `#!` becomes executable.</summary>
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
