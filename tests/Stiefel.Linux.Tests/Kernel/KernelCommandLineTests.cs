using CsCheck;
using Stiefel.Linux.Kernel;
using Xunit;

namespace Stiefel.Linux.Tests.Kernel;

public sealed class KernelCommandLineTests
{
    private static readonly Gen<string> s_name = Gen.String[Gen.Char["abz_.-/0,:\t "], 1, 8];
    private static readonly Gen<string?> s_value = Gen.OneOf(Gen.Const((string?)null), Gen.String[Gen.Char["abz=_.,/ \t\u00a0"], 0, 12].Select(text => (string?)text));

    [Fact]
    public void Parse_TypicalLine_KeepsOrderAndRepetition()
    {
        var line = KernelCommandLine.Parse("BOOT_IMAGE=/vmlinuz root=UUID=1-2 ro console=tty0 console=ttyS0,115200 quiet\n");

        Assert.Equal(["BOOT_IMAGE", "root", "ro", "console", "console", "quiet"], line.Options.Select(option => option.Name));
        Assert.Equal("UUID=1-2", line["root"]);
        Assert.Equal("ttyS0,115200", line["console"]);
        Assert.Equal(["tty0", "ttyS0,115200"], line.All("console"));
        Assert.True(line.Has("quiet"));
        Assert.Null(line["quiet"]);
        Assert.False(line.Has("splash"));
    }

    [Theory] // Expected values follow from next_arg of lib/cmdline.c.
    [InlineData("a=\"b c\" d", "a", "b c")]
    [InlineData("\"a=b c\" d", "a", "b c")]
    [InlineData("\"a b\" d", "a b", null)]
    [InlineData("a=b\" c\"d", "a", "b\" c\"d")]
    [InlineData("a=", "a", "")]
    [InlineData("=a", "=a", null)]
    [InlineData("=a=b", "=a", "b")]
    [InlineData("a=\"b c", "a", "b c")]
    [InlineData("a=\"", "a", "")]
    [InlineData("--", "--", null)]
    public void Parse_Quotes_AreReadAsTheKernelReadsThem(string text, string name, string? value) =>
        Assert.Equal(new KernelOption(name, value), KernelCommandLine.Parse(text).Options[0]);

    [Fact]
    public void With_ReplacesAllAndStaysBeforeInitsArguments()
    {
        var line = KernelCommandLine.Parse("rdinit=/a quiet rdinit=/b -- rescue").With("rdinit", "/stiefel/init").With("note", "two words");

        Assert.Equal("quiet rdinit=/stiefel/init note=\"two words\" -- rescue", line.ToString());
        Assert.Equal("rdinit=/stiefel/init note=\"two words\" -- rescue", line.Without("quiet").ToString());
    }

    [Fact]
    public void Parse_OfToString_IsTheSameOptions() => Gen.Select(s_name, s_value, (name, value) => new KernelOption(name, value)).List[0, 6].Sample(options =>
    {
        var text = string.Join("  ", options);
        Assert.Equal(options, KernelCommandLine.Parse(text).Options);
        Assert.Equal(options, KernelCommandLine.Parse(KernelCommandLine.Parse(text).ToString()).Options);
    });

    [Fact]
    public void Parse_AnyText_NeverFails() => Gen.String.Sample(text => KernelCommandLine.Parse(text).ToString());
}
