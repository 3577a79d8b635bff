using Stiefel.Machines.Disks;
using Xunit;

namespace Stiefel.Machines.Tests.Disks;

public sealed class PartitionTests
{
    [Fact]
    public void Parse_TableOfSfdisk_GivesBytes()
    {
        var partitions = Partition.Parse("""
            {"partitiontable": {"label": "gpt", "unit": "sectors", "firstlba": 34, "sectorsize": 512, "partitions": [
              {"node": "d.img1", "start": 2048, "size": 65536, "type": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"},
              {"node": "d.img2", "start": 67584, "size": 4126687, "name": "root"}]}}
            """);

        Assert.Equal([new Partition(1, 1048576, 33554432), new Partition(2, 34603008, 2112863744)], partitions);
    }

    [Fact]
    public void Parse_LargeSectors_AreCounted()
        => Assert.Equal(
            256 * 4096,
            Partition.Parse("""{"partitiontable": {"sectorsize": 4096, "partitions": [{"start": 256, "size": 10}]}}""")[0].Offset);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"partitiontable": {"partitions": [{"start": "x", "size": 1}]}}""")]
    [InlineData("""{"partitiontable": {"partitions": [{"start": 9223372036854775807, "size": 1}]}}""")]
    public void Parse_NoTable_IsRefused(string json) => Assert.Throws<InvalidDataException>(() => Partition.Parse(json));
}
