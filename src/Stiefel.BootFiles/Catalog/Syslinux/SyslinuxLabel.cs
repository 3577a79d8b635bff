namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>What follows a `LABEL` line.</summary>
internal sealed class SyslinuxLabel(string name)
{
    public string Name => name;

    /// <summary>Of `MENU LABEL`; the `^` before a hot key is dropped.</summary>
    public string Title { get; set; } = "";

    public string Kernel { get; set; } = "";

    /// <summary>Names between commas.</summary>
    public string Initrd { get; set; } = "";

    public string Append { get; set; } = "";

    /// <summary>True if the label has its own `APPEND`, which replaces the global one; `APPEND -` is an empty one.</summary>
    public bool HasAppend { get; set; }
}
