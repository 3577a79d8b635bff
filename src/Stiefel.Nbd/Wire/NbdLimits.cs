namespace Stiefel.Nbd.Wire;

/// <summary>The limits on what a peer may send, with their sources.</summary>
internal static class NbdLimits
{
    /// <summary>Longest string of the protocol, in bytes (proto.md#conventions).</summary>
    public const int MaxStringLength = 4096;

    /// <summary>Largest option data that is read, in bytes. Arbitrary: room for a name and more queries than any client sends.</summary>
    public const int MaxOptionData = 64 * 1024;

    /// <summary>Largest option data that is skipped with an error instead of ending the connection. Arbitrary.</summary>
    public const int MaxSkippedOptionData = 1024 * 1024;

    /// <summary>Largest number of replies that our client accepts to one option. Arbitrary; a usual server sends about five.</summary>
    public const int MaxOptionReplies = 256;

    /// <summary>Largest payload of a read or write, in bytes: the size that every client may rely on (proto.md#size-constraints).</summary>
    public const int MaxPayload = 32 * 1024 * 1024;
}
