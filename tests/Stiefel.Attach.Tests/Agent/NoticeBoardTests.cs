using Stiefel.Attach.Agent;
using Stiefel.Protocol.Notices;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class NoticeBoardTests
{
    private readonly List<string> _log = [];
    private readonly List<string> _warned = [];
    private int _powerOffs;
    private long _now;

    [Theory]
    [InlineData(NoticeKind.Information, 1, 0)]
    [InlineData((NoticeKind)77, 1, 0)]
    [InlineData(NoticeKind.Warning, 0, 1)]
    public void Show_EachKind_GoesWhereItBelongs(NoticeKind kind, int logged, int warned)
    {
        Board().Show(new Notice(1, kind, "the laptop is on battery"));
        Assert.Equal((logged, warned, 0), (_log.Count, _warned.Count, _powerOffs));
        Assert.Equal("the laptop says: the laptop is on battery", _log.Concat(_warned).Single());
    }

    [Fact]
    public void Show_ControlCharacters_ReachNoTerminal()
    {
        Board().Show(new Notice(1, NoticeKind.Warning, "a\r\n\u001b[2Jb\u0007\u009b1m"));
        Assert.Equal("the laptop says: a ?[2Jb??1m", Assert.Single(_warned));
    }

    [Fact]
    public void Show_WishToPowerOff_IsFollowedOnce()
    {
        var board = Board();
        board.Show(new Notice(1, NoticeKind.PowerOff, "the battery is nearly empty"));
        board.Show(new Notice(2, NoticeKind.PowerOff, "the battery is nearly empty"));
        Assert.Equal(1, _powerOffs);
    }

    [Fact]
    public void Show_WishToPowerOffWhereNobodyTakesIt_TellsThePersonAndAsksAgainNextTime()
    {
        var board = Board(takesIt: false);
        board.Show(new Notice(1, NoticeKind.PowerOff, "the battery is nearly empty"));
        Assert.Contains("shut it down by hand", _warned[^1], StringComparison.Ordinal);
        board.Show(new Notice(2, NoticeKind.PowerOff, "the battery is nearly empty"));
        Assert.Equal(2, _powerOffs);
    }

    [Fact]
    public void Show_AFlood_IsCutOffAndTheWishToPowerOffIsNot()
    {
        var board = Board();
        for (var i = 0; i < 1000; i++)
        {
            board.Show(new Notice((ulong)i + 1, NoticeKind.Warning, "again"));
        }

        Assert.Equal(NoticeBoard.Burst, _warned.Count);
        board.Show(new Notice(2000, NoticeKind.PowerOff, "now"));
        Assert.Equal((NoticeBoard.Burst + 1, 1), (_warned.Count, _powerOffs));

        _now += NoticeBoard.Refill;
        board.Show(new Notice(2001, NoticeKind.Warning, "later"));
        board.Show(new Notice(2002, NoticeKind.Warning, "too soon"));
        Assert.Equal("the laptop says: later", _warned[^1]);
    }

    private NoticeBoard Board(bool takesIt = true) => new(
        _log.Add,
        _warned.Add,
        () =>
        {
            _powerOffs++;
            return takesIt;
        },
        () => _now);
}
