using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

public class MountTableTests
{
    [Fact]
    public void Parse_OptionalFieldsAndEscapes_AreUnderstood()
    {
        const string Text = """
            36 35 98:0 / / rw,relatime shared:1 master:2 - ext4 /dev/root rw
            40 36 0:5 / /mnt/a\040b\134c rw - tmpfs my\040source rw
            broken line

            """;
        Assert.Equal([new("/", "ext4", "/dev/root"), new(@"/mnt/a b\c", "tmpfs", "my source")], MountTable.Parse(Text));
    }

    [Fact]
    public void Under_NeighbourWithTheSamePrefix_IsNotIncluded()
    {
        Assert.NotEmpty(MountTable.Under("/proc"));
        Assert.Empty(MountTable.Under("/pro"));
        Assert.Equal(MountTable.Read().Count, MountTable.Under("/").Count);
    }
}
