namespace Stiefel.Protocol.Control;

/// <summary>Describes what a laptop is doing in a few words, the same on every screen.</summary>
/// <param name="IsAsUsual">False where a person may have to do something.</param>
/// <param name="Title">The state in a few words. It holds another machine's text: make it safe for a terminal first.</param>
/// <param name="Since">The time the state began; null if it cannot be told.</param>
/// <param name="Next">What a person can do next; null if there is nothing to do.</param>
public sealed record ServingHeadline(bool IsAsUsual, string Title, DateTimeOffset? Since, string? Next)
{
    /// <summary>Finds the words for a status.</summary>
    public static ServingHeadline Of(StatusDocument status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var disk = status.Disk;
        var session = status.Sessions.FirstOrDefault(one => one.Id == disk.HeldBy);
        var holder = session?.Key;
        return status switch
        {
            { Return.Leaving: { } leaving } => new(false, $"the laptop {WordsOf(leaving.Action)}", leaving.Since, leaving.Because),
            { Connections: [var first, _, ..], Disk.HeldBy: null } => new(true, $"serving {status.Connections.Count} connections", first.Since, null),
            { Connections: [var first, ..] } => new(true, $"serving {holder ?? "a desktop"}", disk.HeldSince ?? first.Since, null),
            { Disk.HeldBy: not null } => new(
                false, $"{holder ?? "the desktop"} is away", LeftAt(status, session) ?? disk.HeldSince, "nothing is lost: switch it on or plug in its cable; no other desktop gets the disk until the session is ended"),
            _ when disk.State == DiskState.ReadForBoot => new(true, "a desktop fetches its kernel", null, null),
            _ when disk.State == DiskState.Open => new(true, "open to all who know the export's name", status.StartedAt, null),
            _ => new(true, "waiting for a desktop", status.StartedAt, "plug the cable in and start the desktop from its stick"),
        };
    }

    /// <summary>When the last connection of the desktop that has the disk ended; null if that is not known any more.</summary>
    private static DateTimeOffset? LeftAt(StatusDocument status, SessionStatus? session) => status.Machines
        .FirstOrDefault(machine => machine.Address == session?.Machine)?.Events
        .LastOrDefault(one => one.Stage is "lost" or "disconnected" && one.At >= status.Disk.HeldSince)?.At;

    private static string WordsOf(string action) => action switch
    {
        LeaveWords.PowerOff => "switches itself off",
        LeaveWords.Restart => "restarts",
        LeaveWords.Kexec => "starts its own system",
        _ => "leaves",
    };
}
