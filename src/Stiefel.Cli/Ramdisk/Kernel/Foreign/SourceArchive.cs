using System.Security.Cryptography;
using Stiefel.Cli.Configuration;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.Kernel.Foreign;

/// <summary>Fetches the archive of a driver's source. It is only used if its hash is the expected one.</summary>
internal static class SourceArchive
{
    /// <summary>Largest accepted archive; the source of a driver has a few MiB.</summary>
    public const long MostBytes = 64 << 20;

    private const int BufferSize = 64 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    /// <summary>Fetches an archive and checks its hash.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="target">The file to write; it is deleted again if the archive is not the expected one.</param>
    /// <param name="token">Cancels the download.</param>
    /// <exception cref="FailedException">The archive cannot be fetched, is too long, or has another hash.</exception>
    public static async Task FetchAsync(ForeignDriver driver, string target, CancellationToken token)
    {
        try
        {
            var hash = await CopyAsync(driver.Address, target, token);
            if (hash != driver.Sha256)
            {
                throw new FailedException($"initrd.drivers: {driver.Address} has the SHA-256 {hash}, and the configuration expects {driver.Sha256}: it is another archive, of which nothing is built");
            }
        }
        catch (Exception error)
        {
            File.Delete(target);
            if (error is HttpRequestException or IOException or UnauthorizedAccessException || (error is OperationCanceledException && !token.IsCancellationRequested))
            {
                throw new FailedException($"initrd.drivers: {driver.Address} cannot be fetched: {error.Message}", error);
            }

            throw;
        }
    }

    private static async Task<string> CopyAsync(string address, string target, CancellationToken token)
    {
        using var http = new HttpClient { Timeout = s_limit };
        await using var source = ForeignDriver.IsRemote(address) ? await http.GetStreamAsync(new Uri(address), token) : File.OpenRead(address);
        await using var file = File.Create(target);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        for (int length; (length = await source.ReadAsync(buffer, token)) > 0;)
        {
            if (file.Length + length > MostBytes)
            {
                throw new FailedException($"initrd.drivers: {address} has more than {DataSize.Binary(MostBytes)}, which no driver's source has");
            }

            hash.AppendData(buffer, 0, length);
            await file.WriteAsync(buffer.AsMemory(0, length), token);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
