using Stiefel.Client.Payload;
using Stiefel.Linux.Kernel;
using Xunit;

namespace Stiefel.Client.Tests.Payload;

public sealed class AddedArgumentsTests
{
    private readonly List<string> _warnings = [];

    [Theory]
    [InlineData("console=ttyS0 stiefel_innercmdline=cm9vdD1VVUlEPTEgZGVidWc=", "root=UUID=1 debug")]
    [InlineData("console=ttyS0 stiefel_innercmdline=", "")]
    [InlineData("console=ttyS0", "")]
    public void Read_Base64OrNothing_GivesTheArguments(string ownCommandLine, string expected)
    {
        Assert.Equal(expected, AddedArguments.Read(KernelCommandLine.Parse(ownCommandLine), _warnings.Add));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("quiet!")]
    [InlineData("/w==")] // 0xff: not UTF-8
    public void Read_SomethingElse_IsIgnoredWithAWarning(string value)
    {
        Assert.Equal("", AddedArguments.Read(KernelCommandLine.Parse($"stiefel_innercmdline={value}"), _warnings.Add));
        Assert.Contains("stiefel_innercmdline", Assert.Single(_warnings));
    }
}
