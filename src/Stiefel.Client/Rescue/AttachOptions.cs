using Stiefel.Client.Boot;

namespace Stiefel.Client.Rescue;

/// <summary>The options of `attach`.</summary>
internal sealed record AttachOptions : LaptopChoice
{
    /// <summary>The program that keeps the disk attached.</summary>
    public required string AttachFile { get; init; }

    /// <summary>How long to search for the laptop.</summary>
    public TimeSpan SearchLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True to allow writes to the disk itself.</summary>
    public bool Write { get; init; }

    /// <summary>True to write to a snapshot, which is discarded at the end.</summary>
    public bool Guest { get; init; }

    /// <summary>True to take the disk even from another desktop that uses it.</summary>
    public bool TakeOver { get; init; }

    /// <summary>The kind of access, for a person.</summary>
    public string AccessText => Guest ? "as a guest: what is written is discarded at the end" : Write ? "WRITABLE" : "read-only";
}
