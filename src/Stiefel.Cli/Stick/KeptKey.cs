namespace Stiefel.Cli.Stick;

/// <summary>The key that a stick of ours carries already: one that is written anew keeps it.</summary>
internal static class KeptKey
{
    // One key, perhaps sealed, is far below this.
    private const int MaxBytes = 64 * 1024;

    /// <summary>The key on a drive or an image; null if it is no stick of ours, or one without a key.</summary>
    public static async Task<byte[]?> OfDiskAsync(string disk, CancellationToken token) =>
        File.Exists(disk) && await new FatPartition(disk).ReadAsync(StickPaths.OwnStick.Key, token) is { } content && IsArchive(content) ? content : null;

    /// <summary>The key on a mounted partition; null as above.</summary>
    public static byte[]? OfDirectory(string directory)
    {
        var file = new FileInfo(Path.Combine(directory, StickPaths.SharedPartition.Key));
        return file is { Exists: true, Length: <= MaxBytes } && File.ReadAllBytes(file.FullName) is var content && IsArchive(content) ? content : null;
    }

    // Documentation/driver-api/early-userspace/buffer-format.rst
    private static bool IsArchive(ReadOnlySpan<byte> content) =>
        content.Length <= MaxBytes && content.StartsWith("070701"u8) && content.IndexOf("etc/stiefel/keys/"u8) > 0 && content.IndexOf("TRAILER!!!"u8) > 0;
}
