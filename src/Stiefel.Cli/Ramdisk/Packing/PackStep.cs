using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>Packs directories into parts of the initrd. Unchanged parts are not packed again, for example the modules when only a program is new.</summary>
internal sealed class PackStep(StepCache cache, StepLog log, string workDirectory)
{
    private const string PackedName = "part";

    /// <summary>Packs a directory as a squashfs file.</summary>
    public async Task<PackedPart> SquashAsync(string name, string directory, string blockSize, Compression compression, CancellationToken token)
    {
        var key = Key(name, compression).Add("block", blockSize);
        long size = 0;
        foreach (var path in DirectoryTree.Walk(directory))
        {
            var file = new FileInfo(Path.Combine(directory, path));
            var plain = file.LinkTarget is null && !file.Attributes.HasFlag(FileAttributes.Directory);
            key.Add(path, plain ? $"{file.UnixFileMode & UnixFileMode.UserExecute} {ContentHash.OfFile(file.FullName)}" : file.LinkTarget);
            size += plain ? file.Length : 0;
        }

        return await PackAsync(key, name, compression, size, (target, stop) => SquashFileSystem.WriteAsync(directory, target, blockSize, compression, stop), token);
    }

    /// <summary>Packs a directory as a cpio archive.</summary>
    public async Task<PackedPart> ArchiveAsync(string name, string directory, Func<string, bool> include, Compression compression, CancellationToken token)
    {
        var bare = Path.Combine(workDirectory, name + ".cpio");
        try
        {
            await using (var archive = File.Create(bare))
            {
                InitramfsArchive.Write(directory, include, archive);
            }

            var key = Key(name, compression).AddFile("archive", bare);
            return await PackAsync(key, name, compression, new FileInfo(bare).Length, (target, stop) => Compressor.RunAsync(compression, bare, target, stop), token);
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
        var directory = await cache.GetAsync(
            key, $"pack {name} ({compression})", (target, stop) => writeAsync(Path.Combine(target, PackedName), stop), token);
        var part = new PackedPart(name, Path.Combine(directory, PackedName), unpackedSize, compression);
        log.Note($"{DataSize.Binary(part.UnpackedSize)} unpacked, {DataSize.Binary(part.Size)} packed");
        return part;
    }
}
