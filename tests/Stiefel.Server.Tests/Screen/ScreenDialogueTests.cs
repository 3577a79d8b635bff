using Stiefel.Server.Screen;

namespace Stiefel.Server.Tests.Screen;

public sealed class ScreenDialogueTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    private readonly ScreenDialogue _dialogue = new();

    [Theory]
    [InlineData('e', (int)ScreenWish.EndSession)]
    [InlineData('r', (int)ScreenWish.Return)]
    [InlineData('P', (int)ScreenWish.PowerOff)]
    [InlineData('s', (int)ScreenWish.Silence)]
    public void Wish_AnsweredTwice_IsConfirmedOnce(char key, int wish)
    {
        Assert.Equal(ScreenDialogue.Keys, _dialogue.Row(s_now));
        Assert.Equal(ScreenWish.None, Press(key));
        Assert.EndsWith("[any other key] no", _dialogue.Row(s_now), StringComparison.Ordinal);
        Assert.Equal(ScreenWish.None, Press('y'));
        Assert.Contains("Really?", _dialogue.Row(s_now), StringComparison.Ordinal);
        Assert.Equal((ScreenWish)wish, Press('y'));
        Assert.Equal(ScreenWish.None, Press('y'));
    }

    [Theory]
    [InlineData("pn")]
    [InlineData("pyn")]
    [InlineData("pp")]
    [InlineData("yyyy")]
    [InlineData("\u001b[A")]
    public void Wish_NotAnsweredTwice_IsNone(string keys)
    {
        Assert.All(keys, key => Assert.Equal(ScreenWish.None, Press(key)));
        Assert.Equal(ScreenDialogue.Keys, _dialogue.Row(s_now));
    }

    [Fact]
    public void Question_ThatNobodyAnswers_IsTakenBack()
    {
        Press('p');
        Press('y');
        Assert.Equal(ScreenDialogue.Keys, _dialogue.Row(s_now.AddSeconds(11)));
        Assert.Equal(ScreenWish.None, _dialogue.Press((byte)'y', isInUse: false, s_now.AddSeconds(11)).Wish);
    }

    /// <summary>A desktop that came between the two questions was not mentioned in them, so it is not cut off.</summary>
    [Fact]
    public void Force_OfADesktopThatCameLater_IsNotMeant()
    {
        Press('p');
        Press('y');
        Assert.Equal((ScreenWish.PowerOff, false), _dialogue.Press((byte)'y', isInUse: true, s_now));
        Press('p');
        _dialogue.Press((byte)'y', isInUse: true, s_now);
        Assert.Contains("loses what it has not written", _dialogue.Row(s_now), StringComparison.Ordinal);
        Assert.Equal((ScreenWish.PowerOff, true), _dialogue.Press((byte)'y', isInUse: true, s_now));
    }

    [Fact]
    public void Outcome_IsShownForAWhile()
    {
        _dialogue.Say("The laptop leaves.", s_now);
        Assert.Equal("The laptop leaves.", _dialogue.Row(s_now.AddSeconds(9)));
        Assert.Equal(ScreenDialogue.Keys, _dialogue.Row(s_now.AddSeconds(11)));
    }

    private ScreenWish Press(char key) => _dialogue.Press((byte)key, isInUse: false, s_now).Wish;
}
