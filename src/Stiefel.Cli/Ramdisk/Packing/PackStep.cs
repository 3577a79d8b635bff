using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Steps;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>
/// Root folders become compressed archives, and these the initrd: the kernel unpacks several archives one after the other, so the large
/// one with the modules need not be packed again when only a program changed.
/// </summary>
internal sealed class PackStep(StepCache cache, StepLog log, string workFolder)
{
    private const string PackedName = "part";

    /// <param name="name">For the log and the cache.</param>
    /// <param name="root">The folder.</param>
    /// <param name="include">Which of its paths.</param>
    /// <param name="compression">How.</param>
    /// <param name="token">Stops it.</param>
    public async Task<PackedPart> RunAsync(string name, string root, Func<string, bool> include, Compression compression, CancellationToken token)
    {
        string bare = Path.Combine(workFolder, name + ".cpio");
        try
        {
            await using (FileStream archive = File.Create(bare))
            {
                InitramfsArchive.Write(root, include, archive);
            }

            var key = new StepKey("pack-" + name, 1).Add("compression", compression.ToString()).AddFile("archive", bare);
            string folder = await cache.GetAsync(key, $"pack {name} ({compression})", (target, stop) => MakeAsync(bare, compression, target, stop), token).ConfigureAwait(false);
            var part = new PackedPart(name, Path.Combine(folder, PackedName), new FileInfo(bare).Length, compression);
            log.Note($"{FileSize.Text(part.UnpackedSize)} unpacked, {FileSize.Text(part.Size)} packed");
            return part;
        }
        finally
        {
            File.Delete(bare);
        }
    }

    private static async Task MakeAsync(string bare, Compression compression, string target, CancellationToken token)
        => await Compressor.RunAsync(compression, bare, Path.Combine(target, PackedName), token).ConfigureAwait(false);
}

/// <summary>Sizes for people.</summary>
internal static class FileSize
{
    public static string Text(long bytes) => bytes < 1024 * 1024 ? $"{bytes / 1024.0:0} KiB" : $"{bytes / 1024.0 / 1024.0:0.0} MiB";
}
