using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class SleepWatchTests
{
    private readonly SleepWatch _watch;
    private readonly List<string> _said = [];
    private TimeSpan _slept;
    private long _now = 1000;
    private bool _isThere = true;
    private bool _refuses = true;
    private int _refusals;

    public SleepWatchTests() => _watch = new SleepWatch(() => _slept, () => _now, () => _isThere, Refuse, _said.Add);

    [Fact]
    public void Look_CardThatIsGoneAfterASleep_RefusesTheNextOnceAndSaysWhy()
    {
        Sleep();
        Away(SleepWatch.Patience - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_said);
        Away(TimeSpan.FromMilliseconds(1));
        Away(SleepWatch.Patience);
        Assert.Equal(1, _refusals);
        Assert.Contains("sleep is refused from now on", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Look_SystemThatTakesNoSuchWord_IsToldTheRest()
    {
        _refuses = false;
        Sleep();
        Away(TimeSpan.Zero);
        Away(SleepWatch.Patience);
        Assert.DoesNotContain("refused", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Look_CardThatComesBackInTime_IsNoReason()
    {
        Sleep();
        Away(SleepWatch.Patience / 2);
        _isThere = true;
        _watch.Look();
        // Pulled later, by a person.
        Away(SleepWatch.Patience);
        Away(SleepWatch.Patience);
        Assert.Empty(_said);
    }

    [Fact]
    public void Look_CardThatIsGoneWithoutASleep_IsNoReason()
    {
        Away(SleepWatch.Patience);
        Away(SleepWatch.Patience);
        Assert.Empty(_said);
    }

    private void Sleep() => _slept += TimeSpan.FromHours(1);

    // It is looked at first, and then again when the time is over.
    private void Away(TimeSpan time)
    {
        _isThere = false;
        _watch.Look();
        _now += (long)time.TotalMilliseconds;
        _watch.Look();
    }

    private bool Refuse()
    {
        _refusals++;
        return _refuses;
    }
}
