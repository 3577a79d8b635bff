namespace Stiefel.Cli.Stick;

/// <summary>Reads the key that an existing stick carries, so that it can be kept when the stick is written again.</summary>
internal static class KeptKey
{
    // Far more than one key needs, even sealed.
    private const int MaxBytes = 64 * 1024;

    /// <summary>The key's archive on a drive or an image; null if that is not a stick of Stiefel's, or has no key.</summary>
    public static async Task<byte[]?> OfDiskAsync(string disk, CancellationToken token) =>
        File.Exists(disk) && await new FatPartition(disk).ReadAsync(StickPaths.OwnStick.Key, token) is { } content && IsArchive(content) ? content : null;

    /// <summary>The key's archive on a mounted partition; null if there is none.</summary>
    public static byte[]? OfDirectory(string directory)
    {
        var file = new FileInfo(Path.Combine(directory, StickPaths.SharedPartition.Key));
        return file is { Exists: true, Length: <= MaxBytes } && File.ReadAllBytes(file.FullName) is var content && IsArchive(content) ? content : null;
    }

    // True for a cpio archive (kernel, Documentation/driver-api/early-userspace/buffer-format.rst) with a key.
    private static bool IsArchive(ReadOnlySpan<byte> content) =>
        content.Length <= MaxBytes && content.StartsWith("070701"u8) && content.IndexOf("etc/stiefel/keys/"u8) > 0 && content.IndexOf("TRAILER!!!"u8) > 0;
}
