namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Variables about boot loaders in the laptop's firmware (systemd.io/BOOT_LOADER_INTERFACE). A value is empty if it does not exist or cannot be read.</summary>
public sealed record LoaderVariables
{
    /// <summary>No variables: there is no UEFI, or it belongs to another machine than the disk.</summary>
    public static readonly LoaderVariables None = new();

    /// <summary>`LoaderInfo`: the loader that started this machine last, `systemd-boot 257.7` or `GRUB 2.12`.</summary>
    public string Loader { get; init; } = "";

    /// <summary>`LoaderEntryDefault`, set by `bootctl set-default` and by the key `d` in the menu.</summary>
    public string EntryDefault { get; init; } = "";

    /// <summary>`LoaderEntryLastBooted`, which a default of `@saved` refers to.</summary>
    public string EntryLastBooted { get; init; } = "";

    /// <summary>The program on this disk that the firmware has started, or would start first; null if unknown.</summary>
    public FirmwareProgram? Program { get; init; }

    /// <summary>True if Secure Boot is on: images then keep their own arguments.</summary>
    public bool IsSecureBoot { get; init; }
}
