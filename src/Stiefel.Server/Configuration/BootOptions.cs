using Stiefel.BootFiles.Catalog;

namespace Stiefel.Server.Configuration;

/// <summary>What the desktop boots: named file by file, found in a directory, or, by default, found on the disk.</summary>
public sealed record BootOptions
{
    /// <summary>A kernel image.</summary>
    public string? Kernel { get; init; }

    /// <summary>An initrd.</summary>
    public string? Initrd { get; init; }

    /// <summary>The payload kernel's arguments; null to take those of the boot entry.</summary>
    public string? CommandLine { get; init; }

    /// <summary>A directory to search, laid out like /boot.</summary>
    public string? Directory { get; init; }

    /// <summary>The disk to search if it is not the one that is served.</summary>
    public string? Disk { get; init; }

    /// <summary>The partition of that disk which holds the boot files; null to look at all of them.</summary>
    public string? Partition { get; init; }

    /// <summary>The encrypted partition around <see cref="Partition"/>; null to ask for a passphrase only if nothing else boots.</summary>
    public string? LuksPartition { get; init; }

    /// <summary>True if the desktop may pass the typed passphrase on to the payload's initrd, which then does not ask again.</summary>
    public bool HandOverPassphrase { get; init; } = true;

    /// <summary>Kernel, initrd and arguments on the laptop's disk, named by its owner; null to take those of a boot entry.</summary>
    public NamedBootFiles? Load { get; init; }

    /// <summary>The entry that started the laptop's own system, as autokexec passed it on (<see cref="Stiefel.BootFiles.Catalog.BootedEntry"/>); empty if it was not.</summary>
    public string Booted { get; init; } = "";

    /// <summary>How many seconds a desktop waits for the choice of an entry; 0 to boot the default without asking.</summary>
    public int MenuSeconds { get; init; } = 3;

    /// <summary>The payload kernel's drivers, a directory like /lib/modules/VERSION; null to look on the disk.</summary>
    public string? Modules { get; init; }

    /// <summary>The laptop's name as the desktop shows it.</summary>
    public required string Laptop { get; init; }

    /// <summary>Reads the settings of what is booted.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static BootOptions Read(SettingReader reader)
    {
        var options = new BootOptions
        {
            Kernel = reader.Text("Boot:Kernel"),
            Initrd = reader.Text("Boot:Initrd"),
            CommandLine = reader.Text("Boot:CommandLine"),
            Directory = reader.Text("Boot:Directory"),
            Disk = reader.Text("Boot:Disk"),
            Partition = reader.Text("Boot:Partition"),
            LuksPartition = reader.Text("Boot:LuksPartition"),
            HandOverPassphrase = reader.Boolean("Boot:HandOverPassphrase", true),
            Load = ReadLoad(reader),
            Booted = reader.Text("Boot:BootedEntry") ?? "",
            MenuSeconds = reader.Number("Boot:MenuSeconds", 3, 0, 600),
            Modules = reader.Text("Boot:Modules"),
            Laptop = reader.Text("Boot:Laptop", Environment.MachineName),
        };
        return options switch
        {
            { Kernel: not null, Directory: not null } => throw reader.Wrong("Boot:Directory", "nothing, since Boot:Kernel is given; use one of the two"),
            { Kernel: null, Initrd: not null } => throw reader.Wrong("Boot:Initrd", "Boot:Kernel beside it"),
            _ => options,
        };
    }

    private static NamedBootFiles? ReadLoad(SettingReader reader)
    {
        (var kernel, var initrd, var commandLine) = (reader.Text("Boot:Load:Kernel"), reader.Text("Boot:Load:Initrd"), reader.Text("Boot:Load:CommandLine"));
        return (kernel, initrd, commandLine) switch
        {
            (null, null, null) => null,
            (not null, not null, not null) => new NamedBootFiles(kernel, initrd, commandLine),
            (null, _, _) => throw reader.Wrong("Boot:Load:Kernel", "a kernel, since another setting of Boot:Load is given"),
            (_, null, _) => throw reader.Wrong("Boot:Load:Initrd", "an initrd, since another setting of Boot:Load is given"),
            _ => throw reader.Wrong("Boot:Load:CommandLine", "the kernel's arguments, since another setting of Boot:Load is given"),
        };
    }
}
