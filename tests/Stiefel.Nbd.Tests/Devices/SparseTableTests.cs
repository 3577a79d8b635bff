using Stiefel.Nbd.Devices.Snapshots;
using Xunit;

namespace Stiefel.Nbd.Tests.Devices;

/// <summary>Compares the table with a sorted set, at lengths around those at which the tree gets another level.</summary>
public sealed class SparseTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(65_537)]
    [InlineData(1L << 39)]
    public void Table_AsASortedSet_FindsTheSame(long length)
    {
        var random = new Random(HashCode.Combine(length, 7));
        var table = new SparseTable<string>(length);
        var model = new SortedDictionary<long, string>();
        foreach (var index in Enumerable.Range(0, 500).Select(_ => random.NextInt64(length)).Concat([0, length - 1]))
        {
            Assert.Equal(model.TryAdd(index, $"{index}"), table.TryAdd(index, $"{index}"));
        }

        for (var i = 0; i < 500; i++)
        {
            var index = random.NextInt64(length);
            var end = random.NextInt64(index, length) + 1;
            Assert.Equal(model.GetValueOrDefault(index), table.Find(index));
            Assert.Equal(model.Keys.Where(key => key >= index && key < end).DefaultIfEmpty(end).First(), table.FindNext(index, end));
        }
    }

    [Fact]
    public void FindNext_EmptyTableOfAnyLength_IsTheEndAtOnce() => Assert.Equal(1L << 39, new SparseTable<string>(1L << 39).FindNext(0, 1L << 39));

    [Fact]
    public void TryAdd_ManyThreadsAtOnce_KeepsTheFirst()
    {
        var table = new SparseTable<string>(100_000);
        var won = 0;
        Parallel.For(0, 8, worker =>
        {
            for (var index = 0L; index < 100_000; index += 97)
            {
                Interlocked.Add(ref won, table.TryAdd(index, $"{index}") ? 1 : 0);
                Assert.Equal($"{index}", table.Find(index));
            }
        });
        Assert.Equal(1031, won);
    }
}
