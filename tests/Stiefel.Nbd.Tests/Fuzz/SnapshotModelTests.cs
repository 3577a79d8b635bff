using CsCheck;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Fuzz;

/// <summary>Random commands to a snapshot, from several threads at once, and to an array in memory leave the same bytes.</summary>
public sealed class SnapshotModelTests : IDisposable
{
    private const int Size = (2 << 20) + 1234;
    private const int Threads = 4;

    // Bytes of one thread's stripe; not a multiple of a block, so that neighbours share blocks.
    private const int Stripe = 5000;

    private readonly TempFile _image = TempFile.WithRandomBytes(Size, seed: 4);

    private enum Act
    {
        Write,
        Zero,
        ZeroInPlace,
        Trim,
        Read,
    }

    private static readonly Gen<(Act Act, int At, int Length, byte Fill)> s_step =
        from act in Gen.Enum<Act>()
        from at in Gen.Int[0, Size - 1]
        from length in Gen.OneOf(Gen.Int[1, 300], Gen.Int[1, 20_000], Gen.Int[1, 700_000])
        from fill in Gen.Byte
        select (act, at, Math.Min(length, Size - at), fill);

    public void Dispose() => _image.Dispose();

    [Fact]
    public void Snapshot_AfterRandomCommands_EqualsTheModelAndTheImageIsUntouched()
    {
        var before = File.ReadAllBytes(_image.Path);
        s_step.List[1, 40].Sample(
            steps =>
            {
                using var snapshot = SnapshotOf.FileInMemory(_image.Path);
                byte[] model = [.. before];
                steps.ForEach(step => Play(snapshot.Device, model, step));
                var all = new byte[Size];
                snapshot.Device.Read(0, all);
                Assert.True(all.AsSpan().SequenceEqual(model));
                AssertExtentsTellTheTruth(snapshot.Device, model);
            },
            iter: FuzzCount.Of(150, cost: 10_000),
            threads: 1);

        Assert.True(File.ReadAllBytes(_image.Path).AsSpan().SequenceEqual(before));
    }

    [Fact]
    public void Snapshot_WrittenByManyThreadsWithinTheSameBlocks_LosesNoByte()
    {
        var model = File.ReadAllBytes(_image.Path);
        using var snapshot = SnapshotOf.FileInDirectory(_image.Path, Path.GetTempPath());
        var rounds = FuzzCount.Of(3, cost: 100_000);

        // Each thread owns every fourth stripe, and knows its content at any time.
        Parallel.For(0, Threads, thread =>
        {
            var random = new Random((int)rounds * 100 + thread);
            for (long step = 0; step < rounds * 2000; step++)
            {
                var stripe = (random.Next(Size / Stripe / Threads) * Threads) + thread;
                var at = (stripe * Stripe) + random.Next(Stripe);
                var length = 1 + random.Next((stripe * Stripe) + Stripe - at);
                var act = random.Next(10) switch { < 6 => Act.Write, < 8 => Act.Zero, 8 => Act.ZeroInPlace, _ => Act.Read };
                Play(snapshot.Device, model, (act, at, length, (byte)random.Next(256)));
            }
        });

        var all = new byte[Size];
        snapshot.Device.Read(0, all);
        Assert.True(all.AsSpan().SequenceEqual(model));
    }

    private static void Play(SnapshotDevice device, byte[] model, (Act Act, int At, int Length, byte Fill) step)
    {
        var range = model.AsSpan(step.At, step.Length);
        switch (step.Act)
        {
            case Act.Write:
                range.Fill(step.Fill);
                device.Write(step.At, range);
                break;
            case Act.Zero:
            case Act.ZeroInPlace:
                range.Clear();
                device.WriteZeroes(step.At, step.Length, step.Act == Act.Zero ? ZeroOptions.OnlyIfFast : ZeroOptions.KeepAllocated);
                break;
            case Act.Trim:
                // The trimmed range's content is undefined, but it must not change afterwards, and neither must the rest.
                device.Trim(step.At, step.Length);
                var trimmed = new byte[step.Length];
                device.Read(step.At, trimmed);
                for (var i = 0; i < step.Length; i++)
                {
                    Assert.True(trimmed[i] == range[i] || trimmed[i] == 0);
                }

                trimmed.CopyTo(range);
                break;
            default:
                var read = new byte[step.Length];
                if (step.Fill % 2 == 0 || !device.TryReadCached(step.At, read))
                {
                    device.Read(step.At, read);
                }

                Assert.True(read.AsSpan().SequenceEqual(range), $"{step.Length} bytes at {step.At} differ");
                break;
        }
    }

    private static void AssertExtentsTellTheTruth(SnapshotDevice device, byte[] model)
    {
        for (long offset = 0; offset < Size;)
        {
            var extent = device.FindExtent(offset, Size - offset);
            Assert.InRange(extent.Length, 1, Size - offset);
            Assert.True(!extent.IsHole || !model.AsSpan((int)offset, (int)extent.Length).ContainsAnyExcept((byte)0));
            offset += extent.Length;
        }
    }
}
