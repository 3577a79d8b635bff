namespace Stiefel.Server.Keeping;

/// <summary>What server and keeper say to each other: a word of one byte, answered by one; the disk goes with <see cref="Hold"/>, and with the answer to <see cref="Find"/>.</summary>
internal static class KeeperMessage
{
    /// <summary>Followed by the seconds, 4 bytes, after which a disk that no server asks for is nobody's; 0 for never.</summary>
    public const byte Hold = (byte)'H';
    public const byte Find = (byte)'F';
    public const byte Release = (byte)'R';
    public const byte Done = (byte)'d';

    public const int HoldLength = 5;
}
