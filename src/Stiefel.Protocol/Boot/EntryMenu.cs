namespace Stiefel.Protocol.Boot;

/// <summary>The boot entries that a person at the desktop can choose from; a member of <see cref="BootManifest"/> (docs/protocol.md#choosing).</summary>
/// <param name="Chosen">The id of the entry that the manifest describes.</param>
/// <param name="Seconds">How long the desktop waits for a choice before it boots that entry; 0 = it does not ask.</param>
/// <param name="Entries">All entries, the default one first.</param>
public sealed record EntryMenu(string Chosen, int Seconds, IReadOnlyList<EntryChoice> Entries)
{
    /// <summary>Largest number of entries in a menu: as many as fit on a small screen.</summary>
    public const int MaxEntries = 32;

    /// <summary>Largest number of characters in a title or a kernel release.</summary>
    public const int MaxTextLength = 128;
}

/// <summary>One entry of a menu.</summary>
/// <param name="Id">The entry's id for <see cref="EntryRequest"/>: 16 hexadecimal digits.</param>
/// <param name="Title">The entry's title, for people.</param>
/// <param name="KernelRelease">`uname -r` of its kernel; empty if unknown.</param>
public sealed record EntryChoice(string Id, string Title, string KernelRelease);

/// <summary>Body of POST /v1/entry: the person chose another entry. The answer is its manifest; all later requests of the session refer to it.</summary>
/// <param name="Id">The id of an <see cref="EntryChoice"/>.</param>
public sealed record EntryRequest(string Id);
