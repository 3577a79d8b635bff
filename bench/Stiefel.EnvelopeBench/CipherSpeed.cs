using System.Diagnostics;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Stiefel.Protocol.Envelope;

namespace Stiefel.EnvelopeBench;

/// <summary>Bytes per second of the envelope alone, in memory, and per second of processor time.</summary>
internal static class CipherSpeed
{
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

    private static async Task<(double Wall, double PerCore)> RateAsync(int length, Func<Task> work)
    {
        await work(); // warm
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
