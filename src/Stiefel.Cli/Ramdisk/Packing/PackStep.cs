using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>Folders become packed parts of the initrd. What did not change is not packed again: the modules stay as they are when only a program is new.</summary>
internal sealed class PackStep(StepCache cache, StepLog log, string workFolder)
{
    private const string PackedName = "part";

    /// <summary>A folder as a squashfs file.</summary>
    public async Task<PackedPart> SquashAsync(string name, string folder, string blockSize, Compression compression, CancellationToken token)
    {
        StepKey key = Key(name, compression).Add("block", blockSize);
        long size = 0;
        foreach (string path in FolderTree.Walk(folder))
        {
            var file = new FileInfo(Path.Combine(folder, path));
            bool plain = file.LinkTarget is null && !file.Attributes.HasFlag(FileAttributes.Directory);
            key.Add(path, plain ? $"{file.UnixFileMode & UnixFileMode.UserExecute} {ContentHash.OfFile(file.FullName)}" : file.LinkTarget);
            size += plain ? file.Length : 0;
        }

        return await PackAsync(key, name, compression, size, (target, stop) => SquashFileSystem.WriteAsync(folder, target, blockSize, compression, stop), token).ConfigureAwait(false);
    }

    /// <summary>A folder as a cpio archive.</summary>
    public async Task<PackedPart> ArchiveAsync(string name, string folder, Func<string, bool> include, Compression compression, CancellationToken token)
    {
        string bare = Path.Combine(workFolder, name + ".cpio");
        try
        {
            await using (FileStream archive = File.Create(bare))
            {
                InitramfsArchive.Write(folder, include, archive);
            }

            StepKey key = Key(name, compression).AddFile("archive", bare);
            return await PackAsync(key, name, compression, new FileInfo(bare).Length, (target, stop) => Compressor.RunAsync(compression, bare, target, stop), token).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(bare);
        }
    }

    private static StepKey Key(string name, Compression compression) => new StepKey("pack-" + name, 2).Add("compression", compression.ToString());

    private async Task<PackedPart> PackAsync(
        StepKey key, string name, Compression compression, long unpackedSize, Func<string, CancellationToken, Task> writeAsync, CancellationToken token)
    {
        string folder = await cache.GetAsync(
            key, $"pack {name} ({compression})", (target, stop) => writeAsync(Path.Combine(target, PackedName), stop), token).ConfigureAwait(false);
        var part = new PackedPart(name, Path.Combine(folder, PackedName), unpackedSize, compression);
        log.Note($"{DataSize.Binary(part.UnpackedSize)} unpacked, {DataSize.Binary(part.Size)} packed");
        return part;
    }
}
