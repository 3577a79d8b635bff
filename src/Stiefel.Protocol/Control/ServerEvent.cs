namespace Stiefel.Protocol.Control;

/// <summary>Something that happened at a server, as GET /api/v1/events streams it.</summary>
/// <param name="Id">What a client that comes back sends as Last-Event-ID.</param>
/// <param name="At">When.</param>
/// <param name="Topic">What it is about: see <see cref="EventTopics"/>. A later server may know more.</param>
/// <param name="Stage">One word, as programs match it.</param>
/// <param name="Machine">The desktop's address; null if it is about no desktop.</param>
/// <param name="Text">One line for people.</param>
public sealed record ServerEvent(string Id, DateTimeOffset At, string Topic, string Stage, string? Machine, string Text);

/// <summary>What events are about.</summary>
public static class EventTopics
{
    /// <summary>A desktop did or got something.</summary>
    public const string Desktop = "desktop";

    /// <summary>The server starts or ends.</summary>
    public const string Server = "server";

    /// <summary>A key is accepted, or accepted no more.</summary>
    public const string Key = "key";

    /// <summary>An interface came, went, or its cable did.</summary>
    public const string Link = "link";

    /// <summary>Mains and battery.</summary>
    public const string Power = "power";

    /// <summary>The laptop's way back to its own system.</summary>
    public const string Return = "return";

    /// <summary>The stream itself: events that are not kept any more.</summary>
    public const string Journal = "journal";
}
