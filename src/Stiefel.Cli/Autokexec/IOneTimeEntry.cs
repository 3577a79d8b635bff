namespace Stiefel.Cli.Autokexec;

/// <summary>An installed boot entry of the server ramdisk that the firmware or a boot loader can be told to start once.</summary>
internal interface IOneTimeEntry
{
    /// <summary>The entry and the means of selecting it, for people.</summary>
    string Description { get; }

    /// <summary>True if the entry's ramdisk gets its keys from this file, which set-up made; an entry that somebody made by hand brings its own.</summary>
    bool ReadsKeysFrom(string file);

    /// <summary>Selects this entry for the next start only.</summary>
    /// <exception cref="IOException">The selection cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The selection cannot be written.</exception>
    void Order();

    /// <summary>Withdraws the selection.</summary>
    /// <exception cref="IOException">The selection cannot be withdrawn.</exception>
    /// <exception cref="UnauthorizedAccessException">The selection cannot be withdrawn.</exception>
    void TakeBack();
}
