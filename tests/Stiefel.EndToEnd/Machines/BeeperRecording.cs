using System.Buffers.Binary;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>What a beeper said, in a WAV file that QEMU is still writing: tones one after the other, since silence is not recorded.</summary>
internal sealed class BeeperRecording(string path)
{
    private const int HeaderLength = 44;

    // Where a tone begins or ends in the middle of an oscillation.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(25);

    /// <summary>Bytes that were recorded.</summary>
    public long Length => new FileInfo(path) is { Exists: true } file ? Math.Max(0, file.Length - HeaderLength) : 0;

    /// <summary>Tones in their order; two of the same height are one.</summary>
    /// <param name="heights">Those that there may be, in Hertz; others fail.</param>
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

            // From one crossing upwards to the next is one oscillation.
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

    /// <summary>Waits until the tones are as wanted.</summary>
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

    /// <summary>One channel. The header's lengths are written when QEMU ends.</summary>
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
        var samples = new short[(bytes.Length - HeaderLength) / frame];
        for (var index = 0; index < samples.Length; index++)
        {
            samples[index] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(HeaderLength + (index * frame)));
        }

        return (samples, rate);
    }
}
