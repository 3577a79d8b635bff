using Stiefel.Client.Laptop;
using Xunit;

namespace Stiefel.Client.Tests.Laptop;

public sealed class OwnMachineTests
{
    [Fact]
    public void HashOf_ANumber_IsTheSameWhateverItsCaseAndNotTheNumber()
    {
        const string Number = "8f0b2a5e-3d61-4c17-9e5a-b2c4d6e8f013";
        var hash = OwnMachine.HashOf(Number);
        Assert.Matches("^[0-9a-f]{64}$", hash);
        Assert.Equal(hash, OwnMachine.HashOf($"{Number.ToUpperInvariant()}\n"));
        Assert.NotEqual(hash, OwnMachine.HashOf(Number.Replace('3', '4')));
        Assert.DoesNotContain("8f0b2a5e", hash, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Not Settable")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [InlineData("fefefefe-fefe-fefe-fefe-fefefefefefe")]
    [InlineData("03000200-0400-0500-0006-000700080009")]
    [InlineData("03000200-0400-0500-0006-000700080009\n")]
    [InlineData("00020003-0004-0005-0006-000700080009")]
    [InlineData("12345678-1234-5678-90AB-CDDEEFAABBCC")]
    [InlineData("4C4C4544-0000-2010-8020-80C04F202020")]
    [InlineData("00000000-0000-0000-0000-0000000000ff")]
    public void HashOf_JunkOrSharedByMany_IsNone(string number) => Assert.Equal("", OwnMachine.HashOf(number));

    [Fact]
    public void Read_ThisMachine_IsSound() => Assert.True(OwnMachine.Read().IsSound);
}
