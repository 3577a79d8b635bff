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
        Assembly program = typeof(Overlay).Assembly;
        foreach (string name in program.GetManifestResourceNames().Where(name => name.StartsWith(overlay, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using Stream content = program.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            yield return (name[overlay.Length..], bytes);
        }
    }

    /// <summary>Writes them below a folder; what begins with `#!` becomes executable.</summary>
    public static void Write(string overlay, string root)
    {
        foreach ((string path, byte[] content) in Files(overlay))
        {
            string file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
            if (content.AsSpan().StartsWith("#!"u8))
            {
                RamdiskTree.MakeExecutable(file);
            }
        }
    }
}
