using System.Text.Json;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>
/// The programs' part of a ramdisk as a package of ours carries it: built once, the same for all laptops, so that a ramdisk upon the laptop's own kernel
/// takes neither network nor a mirror.
/// </summary>
internal static class CarriedPrograms
{
    /// <summary>Where the package puts it.</summary>
    public const string Place = "/usr/lib/stiefel/ramdisk";

    /// <summary>How its file system is packed, whatever a laptop's configuration says: it is not packed again there.</summary>
    public static Compression Compression { get; } = new(CompressionFormat.Zstd, 19);

    private const string StartName = "start.cpio";
    private const string UsrName = "usr.squashfs";
    private const string DocumentName = "programs.json";

    private static readonly ManifestJson s_json = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true });

    /// <summary>The one that is installed; null if none is.</summary>
    /// <exception cref="FailedException">It is damaged.</exception>
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

    /// <summary>Writes it for a package.</summary>
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

    // A part of another version beside the document would make a ramdisk that nobody has tried.
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
/// <param name="Start">start.cpio.</param>
/// <param name="Usr">usr.squashfs.</param>
/// <param name="Programs">Our own programs.</param>
/// <param name="Packages">Debian's packages, by their versions.</param>
internal sealed record ProgramsDocument(CarriedPart Start, CarriedPart Usr, SortedDictionary<string, ManifestFile> Programs, SortedDictionary<string, string> Packages);

/// <param name="Size">Bytes.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
/// <param name="UnpackedSize">Bytes before it was packed.</param>
internal sealed record CarriedPart(long Size, string Sha256, long UnpackedSize);
