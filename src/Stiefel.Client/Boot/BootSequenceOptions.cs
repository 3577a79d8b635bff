namespace Stiefel.Client.Boot;

/// <summary>How far `boot` goes.</summary>
internal sealed record BootSequenceOptions : LaptopChoice
{
    /// <summary>The program that attaches the disk in the payload.</summary>
    public required string AttachFile { get; init; }

    /// <summary>True to take the disk even from another desktop that uses it.</summary>
    public bool TakeOver { get; init; }

    /// <summary>True to write to a snapshot, which is discarded at the end.</summary>
    public bool Guest { get; init; }

    /// <summary>A rehearsal: search and fetch, and stop before anything changes here or on the laptop. It wakes no laptop, sets no interface up and requests no disk.</summary>
    public bool NoLoad { get; init; }

    /// <summary>Stop before the kernel is loaded, with the disk granted; for tests on machines whose kernel must not be replaced.</summary>
    public bool UntilLoading { get; init; }

    /// <summary>Stop before the loaded kernel is executed.</summary>
    public bool NoExec { get; init; }

    /// <summary>True to replace the system of this computer at once, instead of shutting it down first.</summary>
    public bool Now { get; init; }

    /// <summary>True to borrow IPv4 addresses from DHCP servers.</summary>
    public bool AsksDhcp { get; init; }

    /// <summary>Give up at the first failure.</summary>
    public bool Once { get; init; }
}
