namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>What follows a `LABEL` line.</summary>
internal sealed class SyslinuxLabel(string name)
{
    public string Name { get; } = name;

    /// <summary>What `MENU LABEL` says; the `^` before a hot key is dropped.</summary>
    public string Title { get; set; } = "";

    /// <summary>`linux` and `kernel` name a kernel; `com32`, `localboot`, `config` and the like start something else.</summary>
    public string Kind { get; set; } = "kernel";

    /// <summary>Without any, the label itself names the kernel. Arguments may follow it.</summary>
    public string Kernel { get; set; } = name;

    /// <summary>Names between commas.</summary>
    public string Initrd { get; set; } = "";

    /// <summary>Null until the label ends: then the global one. `APPEND -` is an empty one.</summary>
    public string? Append { get; set; }

    /// <summary>`MENU DISABLE`, or a separator: nobody can choose it.</summary>
    public bool IsDisabled { get; set; }

    /// <summary>`MENU HIDE`: no menu shows it, but it can be named.</summary>
    public bool IsHidden { get; set; }

    /// <summary>`MENU DEFAULT`.</summary>
    public bool IsMarked { get; set; }

    /// <summary>A menu can start it.</summary>
    public bool CanBeChosen => !IsDisabled && !IsHidden;
}
