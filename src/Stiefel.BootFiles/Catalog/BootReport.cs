namespace Stiefel.BootFiles.Catalog;

/// <summary>How a choice came about, for logs, the control plane and the person at the desktop. All of it is printable and in single lines.</summary>
public sealed record BootReport
{
    /// <summary>A search that found nothing worth a word.</summary>
    public static readonly BootReport Empty = new();

    /// <summary>The file that decided which entry is booted, and by what: `/boot/grub/grub.cfg (saved_entry)`.</summary>
    public string Decided { get; init; } = "";

    /// <summary>What was found and is not booted, in the order in which it would have been.</summary>
    public IReadOnlyList<PassedOver> PassedOver { get; init; } = [];

    /// <summary>Systems on the disk that are no Linux of this laptop, or another one: `Windows (/EFI/Microsoft/Boot/bootmgfw.efi)`.</summary>
    public IReadOnlyList<string> OtherSystems { get; init; } = [];

    /// <summary>What a reader did that a person may want to know: an unknown variable that became empty, a device tree that is ignored.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
