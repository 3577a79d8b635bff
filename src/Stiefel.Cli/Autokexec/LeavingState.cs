using Stiefel.Linux.Kernel;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Autokexec;

/// <summary>What this laptop does after a call, for the desktop that called (docs/protocol.md#what-the-laptop-does). While there is something, no further call is heard. Thread-safe.</summary>
/// <param name="time">Measures how long a state lasts.</param>
/// <param name="sinceStart">How long this kernel has run; numbers the states.</param>
internal sealed class LeavingState(TimeProvider time, Func<TimeSpan> sinceStart)
{
    /// <summary>How long the laptop says what keeps it before it hears a call again, and looks again.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>How long a person's "not now" holds.</summary>
    public static readonly TimeSpan NotNowFor = TimeSpan.FromMinutes(10);

    private const int TenthsPerSecond = 10;

    private readonly Lock _lock = new();
    private (LaptopStage Stage, string Text, long Since, TimeSpan For)? _state;

    /// <summary>Uses the machine's clocks.</summary>
    public LeavingState()
        : this(TimeProvider.System, () => BootClock.Now)
    {
    }

    /// <summary>Warned the users; everything is closed after this time.</summary>
    public void CountDown(TimeSpan left) => Set(LaptopStage.Countdown, "", left);

    /// <summary>Closes everything.</summary>
    public void Leave() => Set(LaptopStage.Leaving, "", Timeout.InfiniteTimeSpan);

    /// <summary>Stays for now.</summary>
    /// <param name="obstacle">What keeps the laptop.</param>
    public void Hold(Obstacle obstacle) => Set(obstacle.Stage, obstacle.Brief, obstacle.Stage == LaptopStage.NotNow ? NotNowFor : LookAgain);

    /// <summary>Hears calls again at once.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _state = null;
        }
    }

    /// <summary>The present state of the laptop with this id; null if it hears calls.</summary>
    public LaptopState? Of(string id)
    {
        lock (_lock)
        {
            if (_state is not { } state)
            {
                return null;
            }

            // A countdown that is over is followed by the next stage, not by hearing calls.
            var left = state.For == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : state.For - time.GetElapsedTime(state.Since);
            if (left <= TimeSpan.Zero && state.Stage is not (LaptopStage.Countdown or LaptopStage.Leaving))
            {
                _state = null;
                return null;
            }

            return new LaptopState(id, (uint)(sinceStart().TotalSeconds * TenthsPerSecond), state.Stage, (ushort)Math.Clamp(Math.Ceiling(left.TotalSeconds), 0, ushort.MaxValue), state.Text);
        }
    }

    private void Set(LaptopStage stage, string text, TimeSpan duration)
    {
        lock (_lock)
        {
            _state = (stage, text, time.GetTimestamp(), duration);
        }
    }
}
