using Xunit;

namespace Stiefel.Attach.Tests;

public sealed class AttachLogTests
{
    [Theory]
    [InlineData("7\t4\t1\t7\n", 7)]
    [InlineData("4 4 1 7", 4)] // quiet
    [InlineData("nonsense", 0)]
    [InlineData("", 0)]
    public void ShownBelow_KernelPrintk_IsItsFirstNumber(string printk, int expected) => Assert.Equal(expected, AttachLog.ShownBelow(printk));
}
