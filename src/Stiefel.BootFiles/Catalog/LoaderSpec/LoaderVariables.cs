namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>What the laptop's firmware knows of its boot loaders, and what they keep in it (systemd.io/BOOT_LOADER_INTERFACE). Empty is what is not there, or cannot be read.</summary>
public sealed record LoaderVariables
{
    /// <summary>Nothing can be read: no UEFI, or not this disk's machine.</summary>
    public static readonly LoaderVariables None = new();

    /// <summary>`LoaderInfo`, which loader started this machine last: `systemd-boot 257.7`, `GRUB 2.12`.</summary>
    public string Loader { get; init; } = "";

    /// <summary>`LoaderEntryDefault`, which `bootctl set-default` and the key `d` in the menu set.</summary>
    public string EntryDefault { get; init; } = "";

    /// <summary>`LoaderEntryLastBooted`, for a default of `@saved`.</summary>
    public string EntryLastBooted { get; init; } = "";

    /// <summary>What the firmware has started from this disk, or starts first; null if it does not tell.</summary>
    public FirmwareProgram? Program { get; init; }

    /// <summary>Secure Boot is on: images then keep their own arguments.</summary>
    public bool IsSecureBoot { get; init; }
}
