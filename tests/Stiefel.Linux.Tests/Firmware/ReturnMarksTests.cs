using Stiefel.Linux.Firmware;
using Xunit;

namespace Stiefel.Linux.Tests.Firmware;

public sealed class ReturnMarksTests : IDisposable
{
    private readonly TemporaryDirectory _firmware = new();

    public void Dispose() => _firmware.Dispose();

    [Fact]
    public void Marks_MachineWithoutUefi_AreNotCounted()
    {
        Assert.Null(new ReturnMarks(new EfiVariables(Path.Combine(_firmware.Path, "none"))).Count);
        Assert.Null(new ReturnMarks(new EfiVariables(_firmware.Path)).Count);
        Assert.Equal(0, new ReturnMarks(new EfiVariables(Path.Combine(_firmware.Path, "none"))).Clear());
    }

    [Fact]
    public void Marks_OfReturns_AreCountedUntilTheOwnSystemTakesThemAway()
    {
        var other = Path.Combine(_firmware.Path, "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c");
        File.WriteAllBytes(other, [7, 0, 0, 0, 1, 0]);
        var marks = new ReturnMarks(new EfiVariables(_firmware.Path));
        for (var i = 0; i <= ReturnMarks.Most; i++)
        {
            Assert.Equal(i, marks.Count);
            marks.Add();
        }

        marks.Add();
        Assert.Equal(ReturnMarks.Most, marks.Count);
        Assert.Equal(4 + 1, new FileInfo(Directory.GetFiles(_firmware.Path, "StiefelReturn1-*").Single()).Length);
        Assert.Equal(ReturnMarks.Most, marks.Clear());
        Assert.Equal(0, marks.Count);
        Assert.Equal([other], Directory.GetFiles(_firmware.Path));
    }

    [Theory]
    [InlineData("208\n", true)]
    [InlineData("209\n", true)]
    [InlineData("176\n", false)]
    [InlineData("114\n", false)]
    [InlineData("", false)]
    [InlineData("kexec", false)]
    public void BootLoader_ByItsType_IsKexecOrNot(string type, bool expected) => Assert.Equal(expected, BootLoader.WasKexecBy(type));
}
