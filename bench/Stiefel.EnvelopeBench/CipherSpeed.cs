using System.Diagnostics;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Stiefel.Protocol.Envelope;

namespace Stiefel.EnvelopeBench;

/// <summary>Measures the envelope alone, in memory: bytes per second of time and per second of processor time.</summary>
internal static class CipherSpeed
{
    // Small enough to stay in the processor's cache, like a segment.
    private const int PassBytes = 64_000;

    public static async Task<(double Wall, double PerCore)> SealAsync(byte[] plain, byte[] key, Stream destination) => await RateAsync(plain.Length, async () =>
    {
        await using var writer = new EnvelopeWriter(PipeWriter.Create(destination), key, EnvelopeKind.Data);
        await writer.WriteAsync(plain);
        await writer.CompleteAsync(CancellationToken.None);
    });

    public static async Task<(double Wall, double PerCore)> OpenAsync(byte[] whole, byte[] key, int plainLength) => await RateAsync(plainLength, async () =>
    {
        await using var reader = await EnvelopeReader.OpenAsync(new MemoryStream(whole), key, CancellationToken.None);
        await reader.CopyToAsync(Stream.Null, 256 * 1024);
    });

    public static (double Wall, double PerCore) Hash(byte[] plain) => RateAsync(plain.Length, () =>
    {
        SHA256.HashData(plain);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    /// <summary>Measures one pass of AES-256 at this processor's full speed: independent blocks in its cache. EAX needs two passes at each end.</summary>
    public static (double Wall, double PerCore) Aes(int bytes, byte[] key) => RateAsync(bytes, () =>
    {
        var text = new byte[PassBytes];
        using var aes = System.Security.Cryptography.Aes.Create();
        (aes.Mode, aes.Padding) = (CipherMode.ECB, PaddingMode.None);
        aes.SetKey(key);
        using var pass = aes.CreateEncryptor();
        for (var done = 0; done < bytes; done += PassBytes)
        {
            pass.TransformBlock(text, 0, PassBytes, text, 0);
        }

        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    private static async Task<(double Wall, double PerCore)> RateAsync(int length, Func<Task> work)
    {
        await work(); // warm up
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        const int Rounds = 3;
        for (var i = 0; i < Rounds; i++)
        {
            await work();
        }

        var seconds = clock.Elapsed.TotalSeconds;
        return ((double)Rounds * length / seconds, (double)Rounds * length / (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }
}
