using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;

namespace Stiefel.Server.Offers;

/// <summary>
/// Tells without reading them whether boot files are still those that were hashed, by name, offset, length and times of change.
/// The path is left out, since the mount directory may differ. A fingerprint is no proof; the desktop compares the hashes.
/// </summary>
public static class BootFingerprint
{
    /// <summary>The fingerprint of open boot files: of the default entry's files and of the menu's other entries.</summary>
    public static string Of(IBootFiles files) => Of(files, files.Spec, [.. files.Menu.Entries.Select(EntryIds.Of)]);

    /// <summary>The fingerprint of one entry's files.</summary>
    public static string Of(IBootFiles files, BootSpec spec) => Of(files, spec, []);

    private static string Of(IBootFiles files, BootSpec spec, string[] others)
    {
        var text = new StringBuilder();
        AddLine(text, spec.Title, spec.CommandLine, spec.KernelRelease, files.ModulesOf(spec) is null ? "" : "modules");
        AddLine(text, others);
        Add(text, spec.Kernel);
        foreach (var initrd in spec.Initrds)
        {
            Add(text, initrd);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Add(StringBuilder text, FileRegion region)
    {
        var file = new FileInfo(region.Path);
        AddLine(text, Path.GetFileName(region.Path), Number(region.Offset), Number(region.Length), Number(file.Length),
            Number(file.LastWriteTimeUtc.Ticks), Number(file.CreationTimeUtc.Ticks));
    }

    private static void AddLine(StringBuilder text, params ReadOnlySpan<string> fields) => text.AppendJoin('\0', fields).Append('\n');

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
