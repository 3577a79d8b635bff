using System.Diagnostics;
using System.Text.Json;

namespace Stiefel.Bench;

/// <summary>One measured run.</summary>
/// <param name="Rate">Operations or bytes per second, depending on the row.</param>
/// <param name="CpuPerGiB">The server's processor seconds per GiB moved.</param>
/// <param name="PeakKiB">The server's peak memory.</param>
internal sealed record Sample(double Rate, double CpuPerGiB, long PeakKiB);

internal static class Fio
{
    public static Sample Measure(Row row, RunningPeer peer, string file, int seconds)
    {
        Prepare(row, file);
        var before = peer.CpuSeconds;
        // A file is cold only for the first pass, so a cold run ends at the end of the file at the latest.
        var limit = row.IsCold ? $"--runtime={seconds}" : $"--time_based --runtime={seconds}";
        var start = new ProcessStartInfo("fio") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in $"--name=row --ioengine=nbd --uri={peer.Uri} --thread --group_reporting {limit} --randrepeat=0 --output-format=json {row.Arguments}".Split(' '))
        {
            start.ArgumentList.Add(argument);
        }

        using var fio = Process.Start(start)!;
        var errors = fio.StandardError.ReadToEndAsync();
        var output = fio.StandardOutput.ReadToEnd();
        fio.WaitForExit();
        if (fio.ExitCode != 0)
        {
            throw new InvalidOperationException($"fio failed on '{row.Name}': {errors.Result} {output}");
        }

        using var json = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        var job = json.RootElement.GetProperty("jobs")[0];
        double rate = 0, bytes = 0;
        foreach (var direction in (string[])["read", "write"])
        {
            var part = job.GetProperty(direction);
            rate += part.GetProperty(row.InOperations ? "iops" : "bw_bytes").GetDouble();
            bytes += part.GetProperty("io_bytes").GetDouble();
        }

        return new Sample(rate, (peer.CpuSeconds - before) / (bytes / (1 << 30)), peer.PeakKiB);
    }

    // Prepare the same state for all peers: nothing left to write back, and the file completely in the page cache or not at all.
    private static void Prepare(Row row, string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
        if (row.IsCold)
        {
            PageCache.Evict(handle, file);
        }
        else
        {
            PageCache.Fill(handle);
        }
    }
}
