namespace Stiefel.Attach.Agent;

/// <summary>
/// The time for which the kernel waits for an answer. The configured time is short, so that a laptop that went away is asked again soon. But where a full
/// queue takes longer to answer (128 requests of 512 KiB on a cable of 100 Mbit/s: 5.7 s), a short time ends one working connection after the
/// other and asks for everything again. So the time grows when the kernel gives a connection up although the laptop is there, and returns to
/// the configured one after a calm period.
/// </summary>
internal sealed class RequestPatience
{
    /// <summary>After this time without a lost connection, the configured time is tried again.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromMinutes(10);

    /// <summary>The longest time it grows to. A longer configured time stays.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly TimeSpan _configured;

    internal RequestPatience(TimeSpan configured) => Time = _configured = configured;

    /// <summary>The time for which the kernel waits now.</summary>
    internal TimeSpan Time { get; private set; }

    internal bool HasGrown => Time > _configured;

    /// <summary>Doubles the time. Call it when the kernel gave a connection up and the laptop answered the very next try.</summary>
    internal void Grow()
    {
        if (Time < Longest)
        {
            Time = Time * 2 < Longest ? Time * 2 : Longest;
        }
    }

    /// <summary>Returns to the configured time.</summary>
    internal void Relax() => Time = _configured;
}
