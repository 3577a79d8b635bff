namespace Stiefel.BootFiles.Catalog;

/// <summary>How a choice came about, for logs, the control plane and the person at the desktop. Every text in it is printable and one line.</summary>
public sealed record BootReport
{
    /// <summary>The report of a search that found nothing worth mentioning.</summary>
    public static readonly BootReport Empty = new();

    /// <summary>The file that decided which entry is booted, and by what: `/boot/grub/grub.cfg (saved_entry)`.</summary>
    public string Decided { get; init; } = "";

    /// <summary>Entries that were found but are not booted, in the order in which they would have been.</summary>
    public IReadOnlyList<PassedOver> PassedOver { get; init; } = [];

    /// <summary>Other systems on the disk that can be started: `Windows (/EFI/Microsoft/Boot/bootmgfw.efi)`.</summary>
    public IReadOnlyList<string> OtherSystems { get; init; } = [];

    /// <summary>What a person may want to know about the choice: an unknown variable that became empty, a device tree that is ignored.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
