namespace Stiefel.Cli.People;

/// <summary>What crosses the socket at which people are warned: one line each, a word and a text. The laptop begins.</summary>
internal static class NoticeLines
{
    /// <summary>Where the socket is while a laptop warns, and only then.</summary>
    public const string Path = "/run/stiefel/leaving";

    /// <summary>Largest size of a line in bytes.</summary>
    public const int MostBytes = 1024;

    /// <summary>The laptop: `warning SECONDS TEXT`.</summary>
    public const string Warning = "warning";

    /// <summary>The person: keep the laptop in its own system.</summary>
    public const string NotNow = "not-now";

    /// <summary>The laptop: it stays; the reason follows.</summary>
    public const string Stays = "stays";

    /// <summary>The laptop: it leaves.</summary>
    public const string Leaves = "leaves";

    /// <summary>The laptop: this user is not asked; the reason follows.</summary>
    public const string Refused = "refused";
}
