namespace Stiefel.Attach.Agent;

/// <summary>
/// How long the kernel waits for an answer. Short as configured, so that a laptop that went away is asked again soon; but where the
/// answers to all that it asked for at once take longer (128 requests of 512 KiB on a cable of 100 Mbit/s: 5.7 s), a short wait ends one
/// working connection after the other and asks for everything again. So it grows when a connection is given up although the laptop is
/// there, and goes back when there was calm.
/// </summary>
internal sealed class RequestPatience
{
    /// <summary>Without a lost connection for this time, the configured one is tried again.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromMinutes(10);

    /// <summary>It grows no further than this; a longer one that was configured stays.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly TimeSpan _configured;

    internal RequestPatience(TimeSpan configured) => Time = _configured = configured;

    /// <summary>Now.</summary>
    internal TimeSpan Time { get; private set; }

    internal bool HasGrown => Time > _configured;

    /// <summary>The kernel gave a connection up, and the laptop answered when it was first asked again.</summary>
    internal void Grow()
    {
        if (Time < Longest)
        {
            Time = Time * 2 < Longest ? Time * 2 : Longest;
        }
    }

    /// <summary>There was calm.</summary>
    internal void Relax() => Time = _configured;
}
