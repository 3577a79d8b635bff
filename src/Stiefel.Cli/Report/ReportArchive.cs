using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Stiefel.Cli.Keys;

namespace Stiefel.Cli.Report;

/// <summary>A tar archive with one file for each part, for its owner's eyes until he sends it.</summary>
internal static class ReportArchive
{
    /// <summary>Collects and writes it; it appears complete or not at all.</summary>
    /// <param name="file">Its path; nothing may be there.</param>
    /// <param name="directory">The directory that it unpacks to.</param>
    /// <param name="parts">What is collected, in this order.</param>
    /// <param name="redaction">Takes secrets out.</param>
    /// <param name="tell">Told of each part as it is begun.</param>
    /// <param name="token">Ends it.</param>
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

        PrivateFile.Create(file, content.ToArray(), $"{file} is there already; name another with --out");
    }
}
