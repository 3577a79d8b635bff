using Stiefel.Linux.Kernel;
using Xunit;

namespace Stiefel.Linux.Tests.Kernel;

public sealed class UnwrittenMemoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Memory_OfThisMachine_IsTold() => Assert.InRange(UnwrittenMemory.Read() ?? -1, 0, long.MaxValue);

    [Theory]
    [InlineData("MemFree:  5 kB\nDirty:   12 kB\nWriteback:  4 kB\nWritebackTmp:  99 kB\n", 16384L)]
    [InlineData("Dirty: 0 kB\n", 0L)]
    [InlineData("Dirty: 99999999999999999999 kB\n", null)]
    [InlineData("Dirty: 9223372036854775807 kB\n", null)]
    [InlineData("Dirty: -1 kB\n", null)]
    [InlineData("MemFree: 1 kB\n", null)]
    public void File_AsTheKernelWritesIt_IsSummed(string text, long? expected)
    {
        var file = Path.Combine(_directory.Path, "meminfo");
        File.WriteAllText(file, text);
        Assert.Equal(expected, UnwrittenMemory.Read(file));
    }
}
