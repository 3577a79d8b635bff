using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stiefel.Cli.Ramdisk.Steps;

namespace Stiefel.Cli.Ramdisk;

/// <summary>manifest.json beside the image: its contents. It holds no times and no paths of this machine, so equal images have equal manifests.</summary>
/// <param name="KernelRelease">The kernel's release as `uname -r` prints it.</param>
/// <param name="Files">The image's files by name.</param>
/// <param name="Parts">The archives of the initrd, in order.</param>
/// <param name="Programs">Stiefel's own programs in it.</param>
/// <param name="Packages">Versions of the Debian packages from which it was made.</param>
/// <param name="Wishes">What the configuration asked for, see <see cref="RamdiskWishes"/>; null in a manifest of earlier versions.</param>
internal sealed record RamdiskManifest(
    string KernelRelease,
    SortedDictionary<string, ManifestFile> Files,
    IReadOnlyList<ManifestPart> Parts,
    SortedDictionary<string, ManifestFile> Programs,
    SortedDictionary<string, string> Packages,
    string? Wishes)
{
    public const string FileName = "manifest.json";

    // Keep it readable for people: do not escape the `+` of Debian's versions.
    private static readonly ManifestJson s_json = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true,
    });

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_json.RamdiskManifest);

    /// <summary>Reads a manifest; null if it is damaged.</summary>
    public static RamdiskManifest? TryRead(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, s_json.RamdiskManifest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static RamdiskManifest Read(string file) => JsonSerializer.Deserialize(File.ReadAllBytes(file), s_json.RamdiskManifest)!;
}

/// <param name="Size">The size in bytes.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
internal sealed record ManifestFile(long Size, string Sha256)
{
    /// <summary>Describes an existing file.</summary>
    public static ManifestFile Of(string file) => new(new FileInfo(file).Length, ContentHash.OfFile(file));
}

/// <param name="Name">The name of its content.</param>
/// <param name="Compression">The compression used.</param>
/// <param name="UnpackedSize">The uncompressed size in bytes, which is about the memory that it takes in the machine.</param>
/// <param name="Size">The size in the initrd in bytes.</param>
internal sealed record ManifestPart(string Name, string Compression, long UnpackedSize, long Size);

[JsonSerializable(typeof(RamdiskManifest))]
[JsonSerializable(typeof(ProgramsDocument))]
internal sealed partial class ManifestJson : JsonSerializerContext;
