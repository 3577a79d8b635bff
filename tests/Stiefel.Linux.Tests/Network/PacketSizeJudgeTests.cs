using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Network;

public sealed class PacketSizeJudgeTests
{
    private readonly PacketSizeJudge _judge = new();

    [Fact]
    public void IsBroken_ThreeLargeOnesInARowAreLost_AndOneThatComesBackEndsIt()
    {
        Pair(small: true, large: true);
        Pair(small: true, large: false);
        Pair(small: true, large: false);
        Assert.False(_judge.IsBroken);
        Assert.True(_judge.IsSuspicious);
        Pair(small: true, large: false);
        Assert.True(_judge.IsBroken);

        Pair(small: true, large: true);
        Assert.False(_judge.IsBroken || _judge.IsSuspicious);
    }

    [Fact]
    public void IsBroken_BothAreLost_SaysNothingAboutTheSize()
    {
        for (var i = 0; i < 100; i++)
        {
            Pair(small: false, large: false);
        }

        Assert.False(_judge.IsBroken || _judge.IsSuspicious || _judge.IsComplete);
    }

    /// <summary>A full queue: every echo comes three pairs late, and no large one is missing.</summary>
    [Fact]
    public void IsBroken_AllEchoesAreLate_IsFalse()
    {
        for (var i = 0; i < 20; i++)
        {
            var late = _judge.Next() - 3;
            if (late > 0)
            {
                _judge.Hear((ushort)late, isLarge: false);
                _judge.Hear((ushort)late, isLarge: true);
            }

            Assert.False(_judge.IsBroken);
        }

        Assert.Equal(17, _judge.Run);
    }

    [Fact]
    public void Hear_NumbersBegunAnew_CountOn()
    {
        for (var i = 0; i < 70_000; i++)
        {
            Pair(small: true, large: true);
        }

        Assert.True(_judge.IsComplete);
        Assert.Equal(70_000, _judge.Run);
        _judge.Forget();
        Assert.Equal(0, _judge.Run);
        Pair(small: true, large: true);
        Assert.Equal(1, _judge.Run);
    }

    private void Pair(bool small, bool large)
    {
        var number = (ushort)_judge.Next();
        if (small)
        {
            _judge.Hear(number, isLarge: false);
        }

        if (large)
        {
            _judge.Hear(number, isLarge: true);
        }
    }
}
