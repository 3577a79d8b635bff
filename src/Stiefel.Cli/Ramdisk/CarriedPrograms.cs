using System.Text.Json;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>
/// The programs of a ramdisk as carried by Stiefel's package. They are built once and are the same for all laptops, so that a ramdisk with the laptop's own
/// kernel can be made without a network.
/// </summary>
internal static class CarriedPrograms
{
    /// <summary>The directory into which the package puts them.</summary>
    public const string Place = "/usr/lib/stiefel/ramdisk";

    /// <summary>The compression of their file system. A laptop's configuration does not change it, because it is not packed again there.</summary>
    public static Compression Compression { get; } = new(CompressionFormat.Zstd, 19);

    private const string StartName = "start.cpio";
    private const string UsrName = "usr.squashfs";
    private const string DocumentName = "programs.json";

    private static readonly ManifestJson s_json = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true });

    /// <summary>Finds the installed programs; null if there are none.</summary>
    /// <exception cref="FailedException">The installed files are damaged.</exception>
    public static RamdiskPrograms? Find(LaptopTree tree)
    {
        if (tree.Bytes($"{Place}/{DocumentName}") is not { } bytes)
        {
            return null;
        }

        var document = Read(bytes);
        return new RamdiskPrograms(
            Part(tree, StartName, document.Start, Compression.None), Part(tree, UsrName, document.Usr, Compression), document.Programs, document.Packages);
    }

    /// <summary>Writes the programs for a package.</summary>
    public static void Write(RamdiskPrograms programs, string directory)
    {
        Directory.CreateDirectory(directory);
        File.Copy(programs.Start.File, Path.Combine(directory, StartName), overwrite: true);
        File.Copy(programs.Usr.File, Path.Combine(directory, UsrName), overwrite: true);
        var document = new ProgramsDocument(Describe(programs.Start), Describe(programs.Usr), programs.Programs, programs.Packages);
        File.WriteAllBytes(Path.Combine(directory, DocumentName), JsonSerializer.SerializeToUtf8Bytes(document, s_json.ProgramsDocument));
    }

    private static ProgramsDocument Read(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, s_json.ProgramsDocument) ?? throw new JsonException("it is empty");
        }
        catch (JsonException error)
        {
            throw new FailedException($"{Place}/{DocumentName} is damaged: {error.Message}; install the package again", error);
        }
    }

    // Refuse a file of another version than its description: nobody has tested such a mixture.
    private static PackedPart Part(LaptopTree tree, string name, CarriedPart part, Compression compression)
    {
        var file = tree.OnDisk($"{Place}/{name}");
        return file is not null && File.Exists(file) && new FileInfo(file).Length == part.Size && Steps.ContentHash.OfFile(file) == part.Sha256
            ? new PackedPart(Path.GetFileNameWithoutExtension(name), file, part.UnpackedSize, compression)
            : throw new FailedException($"{Place}/{name} is not the one that {DocumentName} beside it describes; install the package again");
    }

    private static CarriedPart Describe(PackedPart part) => new(part.Size, Steps.ContentHash.OfFile(part.File), part.UnpackedSize);
}

/// <summary>programs.json.</summary>
/// <param name="Start">The file start.cpio.</param>
/// <param name="Usr">The file usr.squashfs.</param>
/// <param name="Programs">Stiefel's own programs.</param>
/// <param name="Packages">Versions of Debian's packages.</param>
internal sealed record ProgramsDocument(CarriedPart Start, CarriedPart Usr, SortedDictionary<string, ManifestFile> Programs, SortedDictionary<string, string> Packages);

/// <param name="Size">The size in bytes.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
/// <param name="UnpackedSize">The size before packing in bytes.</param>
internal sealed record CarriedPart(long Size, string Sha256, long UnpackedSize);
