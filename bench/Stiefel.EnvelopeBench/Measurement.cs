using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Keys;

namespace Stiefel.EnvelopeBench;

/// <summary>Measures everything in one run: the cipher alone, the transfers, and the old system's way.</summary>
internal static class Measurement
{
    private const int Mega = 1_000_000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static int Run(EnvelopeOptions options)
    {
        var work = Directory.CreateTempSubdirectory("stiefel-envelope-").FullName;
        try
        {
            var rows = CipherRows(options).GetAwaiter().GetResult();
            WriteFiles(work, options.MegaBytes);
            rows.AddRange(new Transfer(work, options).Run(cable: null));
            foreach (var megabit in options.Cables)
            {
                using var cable = new SlowCable(megabit);
                rows.AddRange(new Transfer(work, options).Run(cable));
            }

            rows.AddRange(OldRows(work, options));
            Report.Print(rows);
            if (options.JsonFile is { } json)
            {
                Report.WriteJson(rows, json);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<List<Row>> CipherRows(EnvelopeOptions options)
    {
        var plain = RandomNumberGenerator.GetBytes(options.MegaBytes * Mega);
        var key = RandomNumberGenerator.GetBytes(SharedKey.Size);
        var whole = new MemoryStream((int)EnvelopeReader.SealedLength(plain.Length));
        await CipherSpeed.SealAsync(plain[..Mega], key, Stream.Null);
        await using (var writer = new EnvelopeWriter(PipeWriter.Create(whole), key, EnvelopeKind.Data))
        {
            await writer.WriteAsync(plain);
            await writer.CompleteAsync(CancellationToken.None);
        }

        var (seal, sealCore) = await CipherSpeed.SealAsync(plain, key, Stream.Null);
        var (open, openCore) = await CipherSpeed.OpenAsync(whole.GetBuffer()[..(int)whole.Length], key, plain.Length);
        var (hash, hashCore) = CipherSpeed.Hash(plain);
        var (aes, aesCore) = CipherSpeed.Aes(plain.Length, key);
        return
        [
            new Row("seal, in memory", seal, sealCore),
            new Row("open, in memory", open, openCore),
            new Row("SHA-256, in memory", hash, hashCore),
            new Row(Report.OnePass, aes, aesCore),
        ];
    }

    private static IEnumerable<Row> OldRows(string work, EnvelopeOptions options)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [options.OldWay, Path.Combine(work, "initrd")]) { RedirectStandardOutput = true })!;
        var text = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return python.ExitCode != 0
            ? throw new InvalidOperationException("measuring the old system's way failed; it needs the package python3-pycryptodome")
            : text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(p => new Row(p[0], Number(p[1]), null));
    }

    private static void WriteFiles(string work, int megaBytes)
    {
        File.WriteAllBytes(Path.Combine(work, "kernel"), RandomNumberGenerator.GetBytes(8 * Mega));
        File.WriteAllBytes(Path.Combine(work, "initrd"), RandomNumberGenerator.GetBytes(megaBytes * Mega));
        var keys = Directory.CreateDirectory(Path.Combine(work, "keys"), OwnerOnly | UnixFileMode.UserExecute);
        var key = Path.Combine(keys.FullName, "bench.key");
        File.WriteAllBytes(key, RandomNumberGenerator.GetBytes(SharedKey.Size));
        File.SetUnixFileMode(key, OwnerOnly);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
