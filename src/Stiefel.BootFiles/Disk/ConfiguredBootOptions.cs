namespace Stiefel.BootFiles.Disk;

/// <summary>Boot files that the configuration names: a directory to search, or the files themselves.</summary>
public sealed record ConfiguredBootOptions
{
    /// <summary>`Boot:Kernel`. Null: <see cref="Directory"/> is searched instead.</summary>
    public string? Kernel { get; init; }

    /// <summary>`Boot:Initrd`, in loading order; used with <see cref="Kernel"/>.</summary>
    public IReadOnlyList<string> Initrds { get; init; } = [];

    /// <summary>`Boot:CommandLine`. With a directory, it replaces the arguments of the entry found there.</summary>
    public string? CommandLine { get; init; }

    /// <summary>`Boot:Directory`: a boot directory, or a root that contains one.</summary>
    public string? Directory { get; init; }

    /// <summary>The kernel's `lib/modules/RELEASE`, if <see cref="ConfiguredBootSource"/> would not find it.</summary>
    public string? Modules { get; init; }
}
