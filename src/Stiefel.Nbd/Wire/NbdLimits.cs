namespace Stiefel.Nbd.Wire;

/// <summary>Every limit put on what a peer may send, with its source.</summary>
internal static class NbdLimits
{
    /// <summary>Longest string of the protocol, in bytes (proto.md#conventions).</summary>
    public const int MaxStringLength = 4096;

    /// <summary>Largest option data that is read, in bytes. Arbitrary: a name, and more queries than anyone sends.</summary>
    public const int MaxOptionData = 64 * 1024;

    /// <summary>Largest option data that is skipped with an error instead of ending the connection. Arbitrary.</summary>
    public const int MaxSkippedOptionData = 1024 * 1024;

    /// <summary>Most answers a client of ours takes to one option. Arbitrary; a server has five or so to give.</summary>
    public const int MaxOptionReplies = 256;

    /// <summary>Largest payload of a read or write, in bytes: what every client may assume (proto.md#size-constraints).</summary>
    public const int MaxPayload = 32 * 1024 * 1024;
}
