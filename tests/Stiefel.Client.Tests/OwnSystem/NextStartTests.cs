using Stiefel.Client.OwnSystem;
using Stiefel.Linux.Firmware;
using Xunit;

namespace Stiefel.Client.Tests.OwnSystem;

public class NextStartTests
{
    private const string Global = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

    /// <summary>Each entry is the beginning of an EFI_LOAD_OPTION: four bytes of attributes, whose bit 0 means active.</summary>
    [Theory]
    [InlineData("0300", "0300 0100 0000", "0100", 1)] // started by the first entry: the second is next
    [InlineData("0300", "0100 0300 0000", "0100", 1)] // started by the second entry, chosen by hand: the first is next
    [InlineData("0300", "0300 0200 0100", "0100", 1)] // 2 is not active
    [InlineData("0300", "0300 0500 0100", "0100", 1)] // 5 does not exist
    [InlineData("", "0100", "0100", 1)]
    public void Find_OtherEntries_IsTheFirstThatCanBeStarted(string current, string order, string ordered, int expected)
    {
        using var firmware = new TemporaryDirectory();
        Write(firmware, "BootCurrent", current);
        Write(firmware, "BootOrder", order);
        foreach (var (number, attributes) in (ReadOnlySpan<(int, string)>)[(0, "01000000"), (1, "01000000"), (2, "00000000"), (3, "01000000")])
        {
            Write(firmware, $"Boot{number:X4}", attributes + "0000");
        }

        var next = new NextStart(new EfiVariables(firmware.Path));
        Assert.Equal(expected, next.Find()!.Value);
        next.Order(1);
        Assert.Equal("07000000" + ordered, Convert.ToHexString(File.ReadAllBytes(firmware.File($"BootNext-{Global}"))));
    }

    [Theory]
    [InlineData("0300", "0300")]
    [InlineData("0300", "")]
    [InlineData("0300", "030002")]
    public void Find_NoOtherEntry_IsNone(string current, string order)
    {
        using var firmware = new TemporaryDirectory();
        Write(firmware, "BootCurrent", current);
        Write(firmware, "BootOrder", order);
        Write(firmware, "Boot0003", "010000000000");
        Assert.Null(new NextStart(new EfiVariables(firmware.Path)).Find());
    }

    private static void Write(TemporaryDirectory firmware, string name, string hex) =>
        File.WriteAllBytes(firmware.File($"{name}-{Global}"), Convert.FromHexString("07000000" + hex.Replace(" ", "", StringComparison.Ordinal)));
}
