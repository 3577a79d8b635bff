using System.Net;
using Stiefel.Client.Unlocking;

namespace Stiefel.Client.Boot;

/// <summary>Which laptop, and by which way.</summary>
internal record ServerOptions
{
    /// <summary>The key's file, or null for the only one in <see cref="Client.KeyFile.DefaultDirectory"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where the laptop is, or null to search.</summary>
    public IPEndPoint? Server { get; init; }

    /// <summary>The only interface to search on, or null for all.</summary>
    public string? Interface { get; init; }
}

/// <summary>How far `boot` goes.</summary>
internal sealed record BootOptions : ServerOptions
{
    /// <summary>The program that attaches the disk in the payload.</summary>
    public required string AttachFile { get; init; }

    /// <summary>Take the disk from another desktop that uses it.</summary>
    public bool TakeOver { get; init; }

    /// <summary>A rehearsal: search and fetch, and stop before anything changes here or on the laptop. Nobody is called, no interface set up, no disk asked for.</summary>
    public bool NoLoad { get; init; }

    /// <summary>Stop before the kernel is loaded, with the disk granted: what the tests need, where no kernel may be replaced.</summary>
    public bool UntilLoading { get; init; }

    /// <summary>Stop before the loaded kernel is executed.</summary>
    public bool NoExec { get; init; }

    /// <summary>Give up at the first failure.</summary>
    public bool Once { get; init; }
}
