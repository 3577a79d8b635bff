using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Stiefel.Protocol.Tests.Fuzz;

/// <summary>
/// Feeds a reader with damaged copies of valid inputs: changed bits and bytes, extreme numbers, parts removed, repeated, or taken from another
/// input. Every run uses the same inputs; STIEFEL_FUZZ_N raises their number, and STIEFEL_FUZZ_SEED selects others.
/// </summary>
internal static class HostileInput
{
    // Every reader here takes less than a millisecond, but a busy machine may suspend a thread for long.
    private static readonly TimeSpan s_hang = TimeLimit.Seconds(20);

    private static readonly byte[] s_limits = [0, 1, 0x7f, 0x80, 0xff, (byte)'\n', (byte)'"', (byte)'='];

    /// <summary>Feeds the reader with damaged inputs; fails with the input if the reader throws, hangs, or allocates too much.</summary>
    /// <param name="seeds">Valid inputs, or inputs that once did harm.</param>
    /// <param name="usual">Number of inputs without STIEFEL_FUZZ_N.</param>
    /// <param name="mostAllocated">Largest number of bytes that the reader may allocate for one input.</param>
    /// <param name="read">Runs the reader and swallows the exceptions that it may throw.</param>
    public static void Feed(IReadOnlyList<byte[]> seeds, long usual, long mostAllocated, Action<byte[]> read)
    {
        foreach (var seed in seeds)
        {
            read([.. seed]); // one-time allocations do not count for the input
            One([.. seed], mostAllocated, read);
        }

        var random = new Random((int)Number("STIEFEL_FUZZ_SEED", 4645));
        for (var left = Number("STIEFEL_FUZZ_N", usual); left > 0; left--)
        {
            One(Damage(seeds, random), mostAllocated, read);
        }
    }

    private static long Number(string variable, long usual) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : usual;

    private static void One(byte[] input, long mostAllocated, Action<byte[]> read)
    {
        var (allocated, time) = Measure(input, read);
        if (allocated > mostAllocated || time > s_hang)
        {
            // The first input to take a way through the reader pays for one-time allocations and compilation.
            (allocated, time) = Measure(input, read);
            if (allocated > mostAllocated || time > s_hang)
            {
                throw new InvalidOperationException($"{allocated} bytes allocated (at most {mostAllocated}) in {time} for {Describe(input)}");
            }
        }
    }

    private static (long Allocated, TimeSpan Time) Measure(byte[] input, Action<byte[]> read)
    {
        byte[] copy = [.. input];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        try
        {
            read(copy);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.GetType().Name} for {Describe(input)}", error);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(start));
    }

    private static string Describe(byte[] input) => $"{Convert.ToHexStringLower(input)}\n{Encoding.Latin1.GetString(input)}";

    private static byte[] Damage(IReadOnlyList<byte[]> seeds, Random random)
    {
        List<byte> bytes = [.. seeds[random.Next(seeds.Count)]];
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            Change(bytes, seeds[random.Next(seeds.Count)], random);
        }

        return [.. bytes];
    }

    private static void Change(List<byte> bytes, byte[] other, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 33), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] = s_limits[random.Next(s_limits.Length)];
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 5:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 6 when other.Length > 0:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 65), other.Length - from)).ToArray());
                break;
            case 7 when random.Next(4) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }
}
