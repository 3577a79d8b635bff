using System.Security.Cryptography;
using Stiefel.Client.Failures;
using Stiefel.Client.Screen;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Laptop;

/// <summary>Copies a file of the laptop in constant memory and accepts it only if length and SHA-256 match the manifest.</summary>
internal static class StreamedFile
{
    // The reader decrypts straight into the buffer, which holds as many segments as it verifies at once.
    private const int BufferSize = 512 * 1024;

    /// <summary>Copies the file; throws unless every byte arrived, and then the caller must discard what was written.</summary>
    /// <exception cref="ServerException">The length or content is not what the manifest says.</exception>
    public static async Task CopyAsync(Stream source, Stream destination, BootFile expected, TransferProgress progress, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = await PumpAsync(source, destination, hash, expected.Size, progress, token);
        if (length != expected.Size)
        {
            throw new ServerException($"{progress.Name}: received only {length} of {expected.Size} announced bytes: did it change on the laptop?");
        }

        var actual = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (actual != expected.Sha256)
        {
            throw new ServerException($"{progress.Name}: its SHA-256 is {actual}, but {expected.Sha256} was announced: did it change on the laptop?");
        }

        progress.Finish();
    }

    /// <summary>Copies data without an announced length or hash, which is authenticated by its envelope alone.</summary>
    /// <exception cref="ServerException">There are more than <paramref name="limit"/> bytes.</exception>
    public static async Task CopyAsync(Stream source, Stream destination, long limit, TransferProgress progress, CancellationToken token)
    {
        await PumpAsync(source, destination, hash: null, limit, progress, token);
        progress.Finish();
    }

    // While one buffer is hashed and written, the other is received and decrypted.
    private static async Task<long> PumpAsync(
        Stream source, Stream destination, IncrementalHash? hash, long limit, TransferProgress progress, CancellationToken token)
    {
        var filling = new byte[BufferSize];
        var draining = new byte[BufferSize];
        var drained = Task.CompletedTask;
        long length = 0;
        try
        {
            while (await source.ReadAsync(filling, token) is var count and > 0)
            {
                length += count;
                if (length > limit)
                {
                    throw new ServerException($"{progress.Name}: received more than the expected {limit} bytes; this is not what the laptop announced");
                }

                await drained;
                (filling, draining) = (draining, filling);
                var part = draining;
                drained = Task.WhenAll(
                    Task.Run(() => hash?.AppendData(part, 0, count), CancellationToken.None),
                    Task.Run(() => destination.Write(part, 0, count), CancellationToken.None));
                progress.Advance(count);
            }
        }
        finally
        {
            // No write to the destination may be pending after this method has returned or thrown.
            await drained;
        }

        return length;
    }
}
