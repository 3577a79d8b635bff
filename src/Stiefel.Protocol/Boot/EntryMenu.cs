namespace Stiefel.Protocol.Boot;

/// <summary>What else the laptop could boot; a member of <see cref="BootManifest"/>, so that a person at the desktop can choose (docs/protocol.md#choosing).</summary>
/// <param name="Chosen">The id of the entry that the manifest is of.</param>
/// <param name="Seconds">How long the desktop waits for a person before it takes that one; 0: it does not ask.</param>
/// <param name="Entries">All of them, the one that is booted by itself first.</param>
public sealed record EntryMenu(string Chosen, int Seconds, IReadOnlyList<EntryChoice> Entries)
{
    /// <summary>What a person can choose from on a small screen; a manifest has no more.</summary>
    public const int MaxEntries = 32;

    /// <summary>Characters of a title, and of a release.</summary>
    public const int MaxTextLength = 128;
}

/// <summary>One entry of a menu.</summary>
/// <param name="Id">Names it in <see cref="EntryRequest"/>: 16 hexadecimal digits.</param>
/// <param name="Title">What a person would call it.</param>
/// <param name="KernelRelease">`uname -r` of its kernel; empty if unknown.</param>
public sealed record EntryChoice(string Id, string Title, string KernelRelease);

/// <summary>Body of POST /v1/entry: the person chose another entry. The answer is its manifest, and all later requests of the session mean it.</summary>
/// <param name="Id">The id of an <see cref="EntryChoice"/>.</param>
public sealed record EntryRequest(string Id);
