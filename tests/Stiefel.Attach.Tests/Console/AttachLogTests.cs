using Stiefel.Attach.Console;
using Xunit;

namespace Stiefel.Attach.Tests.Console;

public sealed class AttachLogTests
{
    [Theory]
    [InlineData("7\t4\t1\t7\n", 7)]
    [InlineData("4 4 1 7", 4)] // quiet
    [InlineData("nonsense", 0)]
    [InlineData("", 0)]
    public void ShownBelow_KernelPrintk_IsItsFirstNumber(string printk, int expected) => Assert.Equal(expected, AttachLog.ShownBelow(printk));

    [Fact]
    public void Fail_WordsOfAHostileLaptop_ReachTheConsoleWithoutControlCharacters()
    {
        var root = Directory.CreateTempSubdirectory("stiefel-log-").FullName;
        try
        {
            var console = Path.Combine(root, "console");
            File.WriteAllText(console, "");
            var tty = Directory.CreateDirectory(Path.Combine(root, "class/tty/console")).FullName;
            File.WriteAllText(Path.Combine(tty, "active"), Path.GetRelativePath("/dev", console));

            var log = new AttachLog(nodeDirectory: "/proc");
            log.FindConsoles(sysRoot: root);
            log.Fail("no\r\nexport\u001b[2J\u0007\u0000\t\u007f\u009b1m\u0085é");
            Assert.Equal("stiefel: no export?[2J?????1m é\n", File.ReadAllText(console));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
