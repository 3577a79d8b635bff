using Stiefel.Client.Boot;

namespace Stiefel.Client.Rescue;

/// <summary>What `attach` is asked for.</summary>
internal sealed record AttachOptions : LaptopChoice
{
    /// <summary>The program that keeps the disk attached.</summary>
    public required string AttachFile { get; init; }

    /// <summary>How long to search for the laptop.</summary>
    public TimeSpan SearchLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The disk itself may be written.</summary>
    public bool Write { get; init; }

    /// <summary>A snapshot may be written, which is discarded at the end.</summary>
    public bool Guest { get; init; }

    /// <summary>Take the disk even from another desktop that uses it.</summary>
    public bool TakeOver { get; init; }

    /// <summary>For the person.</summary>
    public string AccessText => Guest ? "as a guest: what is written is discarded at the end" : Write ? "WRITABLE" : "read-only";
}
