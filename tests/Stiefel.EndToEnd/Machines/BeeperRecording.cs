using System.Buffers.Binary;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>The tones of a beeper, read from a WAV file that QEMU is still writing. They follow each other directly, because QEMU does not record silence.</summary>
/// <param name="path">The file.</param>
/// <param name="start">The number of recorded bytes to leave out.</param>
internal sealed class BeeperRecording(string path, long start = 0)
{
    private const int HeaderLength = 44;

    // Shorter pieces are ignored: they are oscillations that were cut where a tone begins or ends.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(25);

    /// <summary>The number of bytes recorded so far.</summary>
    public long Length => new FileInfo(path) is { Exists: true } file ? Math.Max(0, file.Length - HeaderLength) : 0;

    /// <summary>A recording of what is still to come.</summary>
    public BeeperRecording FromNow() => new(path, Length);

    /// <summary>Returns the tones in order; two in a row with the same frequency count as one.</summary>
    /// <param name="heights">The frequencies that may occur, in hertz; others fail the test.</param>
    public IReadOnlyList<(int Hertz, TimeSpan Length)> Tones(params int[] heights)
    {
        var (samples, rate) = Read();
        var tones = new List<(int Hertz, TimeSpan Length)>();
        var begin = 0;
        for (var index = 1; index < samples.Length; index++)
        {
            if (samples[index - 1] >= 0 || samples[index] < 0)
            {
                continue;
            }

            // One oscillation lasts from one upward zero crossing to the next.
            var hertz = (double)rate / (index - begin);
            var nearest = heights.MinBy(height => Math.Abs(height - hertz));
            var length = TimeSpan.FromSeconds((double)(index - begin) / rate);
            begin = index;
            if (tones is [.., var last] && last.Hertz == nearest)
            {
                tones[^1] = (nearest, last.Length + length);
            }
            else
            {
                tones.Add((nearest, length));
            }
        }

        return Merge(tones.Where(tone => tone.Length >= s_shortest));
    }

    /// <summary>Waits until the tones meet the condition.</summary>
    public async Task WaitAsync(Func<IReadOnlyList<(int Hertz, TimeSpan Length)>, bool> wanted, int[] heights, CancellationToken token)
    {
        var end = new Deadline(TimeLimits.Command);
        while (!wanted(Tones(heights)))
        {
            Assert.True(end.Left > TimeSpan.Zero, $"the beeper said only: {string.Join(", ", Tones(heights))}");
            await Task.Delay(100, token);
        }
    }

    private static List<(int Hertz, TimeSpan Length)> Merge(IEnumerable<(int Hertz, TimeSpan Length)> tones)
    {
        var merged = new List<(int Hertz, TimeSpan Length)>();
        foreach (var tone in tones)
        {
            if (merged is [.., var last] && last.Hertz == tone.Hertz)
            {
                merged[^1] = (tone.Hertz, last.Length + tone.Length);
            }
            else
            {
                merged.Add(tone);
            }
        }

        return merged;
    }

    /// <summary>Reads the samples of one channel. QEMU writes the lengths in the header only when it ends, so they are ignored.</summary>
    private (short[] Samples, int Rate) Read()
    {
        if (Length == 0)
        {
            return ([], 1);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        int channels = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(22)), rate = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24));
        Assert.Equal(16, BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(34)));
        var frame = channels * sizeof(short);
        var first = HeaderLength + (int)(start / frame * frame);
        var samples = new short[(bytes.Length - first) / frame];
        for (var index = 0; index < samples.Length; index++)
        {
            samples[index] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(first + (index * frame)));
        }

        return (samples, rate);
    }
}
