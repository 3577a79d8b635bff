using Stiefel.Server.Browsers;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Browsers;

public sealed class OneTimeCodeTests
{
    private readonly ManualTime _time = new();
    private readonly OneTimeCode _code;

    public OneTimeCodeTests() => _code = new OneTimeCode(_time);

    [Fact]
    public void Code_Used_IsWorthNothingAnyMore()
    {
        _code.Show();
        var (code, left) = _code.Shown!.Value;
        Assert.Equal(TimeSpan.FromMinutes(2), left);
        Assert.Equal(OneTimeCode.Length, code.Length);
        Assert.True(_code.TryUse(code));
        Assert.False(_code.TryUse(code));
        Assert.Null(_code.Shown);
    }

    [Fact]
    public void Code_AfterTwoMinutes_IsWorthNothing()
    {
        _code.Show();
        var code = _code.Shown!.Value.Code;
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.NotNull(_code.Shown);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_code.Shown);
        Assert.False(_code.TryUse(code));
    }

    [Fact]
    public void Code_AfterAnother_IsWorthNothing()
    {
        _code.Show();
        var first = _code.Shown!.Value.Code;
        _code.Show();
        Assert.NotEqual(first, _code.Shown!.Value.Code);
        Assert.False(_code.TryUse(first));
    }

    [Fact]
    public void Code_PutAway_IsWorthNothing()
    {
        _code.Show();
        var code = _code.Shown!.Value.Code;
        _code.Withdraw();
        Assert.False(_code.TryUse(code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ABCDEFGHJKLMNPQ")]
    [InlineData("ABCDEFGHJKLMNPQRS")]
    [InlineData("ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ")]
    [InlineData("ABCDEFGHJKLMNPQR")]
    public void Guess_OfAnyKind_LeavesTheCode(string guess)
    {
        Assert.False(_code.TryUse(guess));
        _code.Show();
        Assert.False(_code.TryUse(guess));
        Assert.True(_code.TryUse(_code.Shown!.Value.Code));
    }
}
