using System.Text;
using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class QueueCountersTests
{
    [Theory]
    [InlineData("     200       10     4000      123       50        7     1000      456       12      789     1011        1        0     8        2        3        4\n")]
    [InlineData("200 10 4000 123 50 7 1000 456 12")]
    public void Parse_LineOfTheKernel_IsRead(string line) =>
        Assert.Equal(new QueueCounters(250, 5000 * 512, 12), QueueCounters.Parse(Encoding.ASCII.GetBytes(line)));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("1 2 3 4 5 6 7 8")]
    [InlineData("1 2 3 4 5 6 7 8 x")]
    [InlineData("1 2 3x 4 5 6 7 8 9")]
    [InlineData("1 2 99999999999999999999999 4 5 6 7 8 9")]
    public void Parse_SomethingElse_IsNothing(string line) => Assert.Null(QueueCounters.Parse(Encoding.ASCII.GetBytes(line)));

    [Fact]
    public void Parse_EveryDiskOfThisMachine_IsRead()
    {
        foreach (var disk in Directory.GetDirectories("/sys/block").Where(disk => File.Exists($"{disk}/stat")))
        {
            Assert.NotNull(QueueCounters.Parse(Encoding.ASCII.GetBytes(File.ReadAllText($"{disk}/stat"))));
        }
    }

    [Fact]
    public void Since_CountersThatBeganAnew_IsNothing() =>
        Assert.Equal(new QueueWindow(TimeSpan.FromSeconds(1), 0, 0, 3), new QueueCounters(5, 512, 3).Since(new QueueCounters(9, 1024, 0), TimeSpan.FromSeconds(1)));
}
