using System.Runtime.InteropServices;

namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>A type #1 entry of the Boot Loader Specification (UAPI.1) as systemd-boot reads it (systemd 257, src/boot/boot.c, boot_entry_add_type1).</summary>
internal sealed record LoaderEntry
{
    private string _kind = "";
    private bool _isContradictory;

    /// <summary>The file's name.</summary>
    public required string FileName { get; init; }

    public string? Title { get; private set; }

    public string? Version { get; private set; }

    public string? MachineId { get; private set; }

    public string? SortKey { get; private set; }

    public string? Architecture { get; private set; }

    /// <summary>The path given by `linux`, or by `efi` or `uki`, which may also name a kernel or a unified image.</summary>
    public string Kernel { get; private set; } = "";

    public string? DeviceTree { get; private set; }

    /// <summary>The initrds of a `linux` entry; systemd-boot ignores those of other entries.</summary>
    public IReadOnlyList<string> Initrds => _kind == "linux" ? _initrds : [];

    private readonly List<string> _initrds = [];

    /// <summary>The arguments; null if there is no such line, which differs from an empty one.</summary>
    public string? Options { get; private set; }

    /// <summary>Why systemd-boot would not show the entry; null if it would.</summary>
    public string? Unfit
        => _isContradictory ? "names both a kernel and another program (linux, efi, uki)"
            : _kind == "uki-url" ? "would be fetched from the network (uki-url)"
            : _kind.Length == 0 ? "has no `linux`, `efi` or `uki` line"
            : FitsArchitecture ? null
            : $"is for another processor ({Architecture})";

    private bool FitsArchitecture => Architecture is null || string.Equals(Architecture, MachineName(RuntimeInformation.ProcessArchitecture), StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an entry; unknown lines are skipped, as the specification asks.</summary>
    public static LoaderEntry Parse(string fileName, string text)
    {
        var entry = new LoaderEntry { FileName = fileName };
        foreach ((var key, var value) in LoaderText.Lines(text, LoaderText.Blanks))
        {
            entry.Set(key, value);
        }

        return entry;
    }

    // The names are those of systemd's EFI_MACHINE_TYPE_NAME.
    private static string MachineName(Architecture architecture) => architecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aa64",
        System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64",
        System.Runtime.InteropServices.Architecture.LoongArch64 => "loongarch64",
        _ => "",
    };

    private void Set(string key, string value)
    {
        switch (key)
        {
            case "title":
                Title = value;
                break;
            case "version":
                Version = value;
                break;
            case "machine-id":
                MachineId = value;
                break;
            case "sort-key":
                SortKey = value;
                break;
            case "architecture":
                Architecture = value;
                break;
            case "devicetree":
                DeviceTree = value;
                break;
            case "linux" or "efi" or "uki" or "uki-url":
                _isContradictory |= _kind.Length > 0 && _kind != key;
                _kind = key;
                Kernel = value.Replace('\\', '/');
                break;
            case "initrd":
                _initrds.Add(value.Replace('\\', '/'));
                break;
            case "options":
                Options = Options is null ? value : $"{Options} {value}";
                break;
        }
    }
}
