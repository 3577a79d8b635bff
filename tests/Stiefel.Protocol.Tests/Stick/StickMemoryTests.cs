using Stiefel.Protocol.Stick;

namespace Stiefel.Protocol.Tests.Stick;

public sealed class StickMemoryTests
{
    private const string Wren = "0123456789abcdef", Robin = "fedcba9876543210";

    [Fact]
    public void Memory_AfterABoot_KnowsThatLaptopOnlyWithThatKey()
    {
        using var key = Sample.Key();
        using var other = Sample.Key(seed: 2);
        var fresh = StickMemory.Make();
        Assert.False(fresh.IsLast(key, Wren));

        var sector = fresh.With(key, Wren).ToSector();
        var memory = StickMemory.Read(sector)!;

        Assert.Equal((StickMemory.Size, fresh.Number), (sector.Length, memory.Number));
        Assert.Equal((true, false, false), (memory.IsLast(key, Wren), memory.IsLast(key, Robin), memory.IsLast(other, Wren)));
        Assert.False(memory.With(key, Robin).IsLast(key, Wren));
    }

    /// <summary>A mark that is copied from another stick of the same key says nothing here.</summary>
    [Fact]
    public void Memory_MarkOfAnotherStick_IsOfNoLaptop()
    {
        using var key = Sample.Key();
        var here = StickMemory.Make().ToSector();
        StickMemory.Make().With(key, Wren).ToSector().AsSpan(32, 32).CopyTo(here.AsSpan(32));
        Assert.False(StickMemory.Read(here)!.IsLast(key, Wren));
    }

    [Fact]
    public void Sector_WithTheLaptop_HoldsNoIdOfIt()
    {
        using var key = Sample.Key();
        var sector = StickMemory.Make().With(key, Wren).ToSector();
        Assert.Equal(-1, sector.AsSpan().IndexOf(Convert.FromHexString(Wren)));
        Assert.Equal(-1, sector.AsSpan().IndexOf("0123456789"u8));
    }

    [Fact]
    public void Read_AnythingElse_IsNoMemory()
    {
        var sector = StickMemory.Make().ToSector();
        Assert.Null(StickMemory.Read(new byte[StickMemory.Size]));
        Assert.Null(StickMemory.Read(sector.AsSpan(1)));
        Assert.Null(StickMemory.Read([.. sector, 0]));
        Assert.Null(StickMemory.Read(Sample.FlipBit(sector, 0)));
        Assert.Null(StickMemory.Read(Sample.FlipBit(sector, (8 * StickMemory.Size) - 1)));
    }
}
