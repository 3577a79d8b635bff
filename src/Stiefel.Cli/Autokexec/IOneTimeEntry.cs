namespace Stiefel.Cli.Autokexec;

/// <summary>An installed boot entry with the server ramdisk, of a loader or firmware that can be told to start it once.</summary>
internal interface IOneTimeEntry
{
    /// <summary>What it is and what is done, for people.</summary>
    string Description { get; }

    /// <summary>The next start is this one.</summary>
    /// <exception cref="IOException">It cannot be ordered.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be ordered.</exception>
    void Order();

    /// <summary>It is not any more.</summary>
    /// <exception cref="IOException">The order stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The order stays.</exception>
    void TakeBack();
}
