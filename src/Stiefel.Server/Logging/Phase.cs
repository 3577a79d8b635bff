namespace Stiefel.Server.Logging;

/// <summary>The stages of serving, which people and tests wait for on the console.</summary>
public static partial class Phase
{
    /// <summary>The links are being raised.</summary>
    public const string Network = "network";

    /// <summary>Every listener is bound.</summary>
    public const string Serving = "serving";

    /// <summary>A desktop proved that it holds a key.</summary>
    public const string Session = "session";

    /// <summary>A desktop was granted the disk.</summary>
    public const string Granted = "granted";

    /// <summary>Logs the line that scripts and tests wait for: `phase NAME`.</summary>
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "phase {Name}")]
    public static partial void PhaseReached(this ILogger logger, string name);
}
