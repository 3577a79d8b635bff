using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Stiefel.Cli.Keys;

namespace Stiefel.Cli.Report;

/// <summary>Writes a tar archive with one file for each part; only its owner can read it.</summary>
internal static class ReportArchive
{
    /// <summary>Collects the parts and writes the archive, which appears complete or not at all.</summary>
    /// <param name="file">The archive's path; it must not exist.</param>
    /// <param name="directory">The directory that the archive unpacks to.</param>
    /// <param name="parts">The parts, in the order in which they are collected.</param>
    /// <param name="redaction">Takes secrets out of each part.</param>
    /// <param name="tell">Receives the name of each part before it is collected.</param>
    /// <param name="token">Cancels the collection.</param>
    public static async Task WriteAsync(string file, string directory, IEnumerable<ReportPart> parts, Redaction redaction, Action<string> tell, CancellationToken token)
    {
        using var content = new MemoryStream();
        await using (var gzip = new GZipStream(content, CompressionLevel.SmallestSize, leaveOpen: true))
        await using (var tar = new TarWriter(gzip))
        {
            foreach (var part in parts)
            {
                tell(part.Name);
                using var text = new MemoryStream(Encoding.UTF8.GetBytes(await part.CollectAsync(redaction, token)));
                await tar.WriteEntryAsync(
                    new PaxTarEntry(TarEntryType.RegularFile, $"{directory}/{part.Name}") { DataStream = text, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite }, token);
            }
        }

        PrivateFile.Create(file, content.ToArray(), $"{file} exists already; name another file with --out");
    }
}
