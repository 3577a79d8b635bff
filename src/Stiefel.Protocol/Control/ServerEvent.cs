namespace Stiefel.Protocol.Control;

/// <summary>An event at a server, as GET /api/v1/events streams it.</summary>
/// <param name="Id">The event's id, which a client that reconnects sends as Last-Event-ID.</param>
/// <param name="At">Time of the event.</param>
/// <param name="Topic">The event's subject: see <see cref="EventTopics"/>. A later server may send others.</param>
/// <param name="Stage">One word for programs to match.</param>
/// <param name="Machine">The desktop's address; null if the event concerns no desktop.</param>
/// <param name="Text">One line for people.</param>
public sealed record ServerEvent(string Id, DateTimeOffset At, string Topic, string Stage, string? Machine, string Text);

/// <summary>The subjects of events.</summary>
public static class EventTopics
{
    /// <summary>Something happened to a desktop.</summary>
    public const string Desktop = "desktop";

    /// <summary>The server starts or ends.</summary>
    public const string Server = "server";

    /// <summary>A key was added or removed.</summary>
    public const string Key = "key";

    /// <summary>A network interface appeared or vanished, or its cable was plugged or unplugged.</summary>
    public const string Link = "link";

    /// <summary>Mains and battery.</summary>
    public const string Power = "power";

    /// <summary>The laptop's way back to its own system.</summary>
    public const string Return = "return";

    /// <summary>The stream itself, for example that older events are no longer kept.</summary>
    public const string Journal = "journal";
}
