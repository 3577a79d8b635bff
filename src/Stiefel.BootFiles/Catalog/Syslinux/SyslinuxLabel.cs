namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>An entry, begun by a `LABEL` line.</summary>
internal sealed class SyslinuxLabel(string name)
{
    public string Name { get; } = name;

    /// <summary>The text of `MENU LABEL`, without the `^` that marks a hot key.</summary>
    public string Title { get; set; } = "";

    /// <summary>The keyword that names the file: `linux` and `kernel` name a kernel; `com32`, `localboot`, `config` and the like start something else.</summary>
    public string Kind { get; set; } = "kernel";

    /// <summary>The file, perhaps followed by arguments. By default, the label's name is the file's.</summary>
    public string Kernel { get; set; } = name;

    /// <summary>File names separated by commas.</summary>
    public string Initrd { get; set; } = "";

    /// <summary>The arguments. Null until the label ends, which then takes the global ones; empty after `APPEND -`.</summary>
    public string? Append { get; set; }

    /// <summary>True for `MENU DISABLE`: the label cannot be chosen.</summary>
    public bool IsDisabled { get; set; }

    /// <summary>True for `MENU HIDE`: no menu shows the label, but it can be named.</summary>
    public bool IsHidden { get; set; }

    /// <summary>True for `MENU DEFAULT`.</summary>
    public bool IsMarked { get; set; }

    /// <summary>True if a menu shows the label for choosing.</summary>
    public bool CanBeChosen => !IsDisabled && !IsHidden;
}
