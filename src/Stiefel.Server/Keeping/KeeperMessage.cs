namespace Stiefel.Server.Keeping;

/// <summary>The messages between server and keeper: one byte, answered by one byte. The disk's descriptor goes with <see cref="Hold"/> and with the answer to <see cref="Find"/>.</summary>
internal static class KeeperMessage
{
    /// <summary>Followed by 4 bytes: the seconds after which the keeper releases a disk that no server asks for; 0 for never.</summary>
    public const byte Hold = (byte)'H';
    public const byte Find = (byte)'F';
    public const byte Release = (byte)'R';
    public const byte Done = (byte)'d';

    public const int HoldLength = 5;
}
