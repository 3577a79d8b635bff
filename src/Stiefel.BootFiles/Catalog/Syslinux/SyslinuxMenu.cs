namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>A configuration's content, and which of its labels is booted when nobody types anything (syslinux 6.04, com32/elflink/ldlinux).</summary>
internal sealed class SyslinuxMenu
{
    /// <summary>The labels of all menus, in the file's order.</summary>
    public List<SyslinuxLabel> Labels { get; } = [];

    /// <summary>The menu that is shown first.</summary>
    public SyslinuxLevel Start { get; set; } = new(null);

    /// <summary>`APPEND` outside of labels, for labels without their own.</summary>
    public string Append { get; set; } = "";

    /// <summary>`DEFAULT`: a label, a kernel, or a program that shows a menu; arguments may follow.</summary>
    public string Default { get; set; } = "";

    /// <summary>`ONTIMEOUT`: a label or a kernel; arguments may follow.</summary>
    public string OnTimeout { get; set; } = "";

    /// <summary>Tenths of a second; 0: no time limit.</summary>
    public int Timeout { get; set; }

    /// <summary>`UI`: a program that shows a menu; arguments may follow.</summary>
    public string Ui { get; set; } = "";

    /// <summary>True if `PROMPT` is not 0.</summary>
    public bool HasPrompt { get; set; }

    private bool ShowsMenu => Ui.Length > 0 || SyslinuxCommand.FirstWord(Default).EndsWith(".c32", StringComparison.OrdinalIgnoreCase);

    /// <summary>The command that is booted unasked, with the keyword that decided it, then all labels in the file's order.</summary>
    public IEnumerable<(SyslinuxCommand Command, string Decided)> InBootOrder()
    {
        (var first, var decided) = Choose();
        if (first is not null)
        {
            yield return (first, decided);
        }

        foreach (var label in Labels.Where(label => !label.IsDisabled && label != first?.Label))
        {
            yield return (CommandOf(label, ""), "");
        }
    }

    /// <summary>Changes to the rules of a menu program that another configuration started (com32/menu/readconfig.c): DEFAULT counts only beside a UI.</summary>
    public void TakeOver()
    {
        Default = Ui.Length > 0 ? Default : "";
        Ui = "menu.c32";
    }

    private (SyslinuxCommand? Command, string Decided) Choose()
    {
        if (OnTimeout.Length > 0 && Timeout > 0 && (ShowsMenu || HasPrompt))
        {
            return (Understand(OnTimeout), "ONTIMEOUT");
        }

        var program = Ui.Length > 0 ? Ui : Default;
        if (ShowsMenu && Understand(program) is { Configuration: not null } other)
        {
            return (other, Ui.Length > 0 ? "UI" : "DEFAULT");
        }

        return Default.Length > 0 && (!ShowsMenu || Find(SyslinuxCommand.FirstWord(Default)) is not null) ? (Understand(Default), "DEFAULT")
            : ((ShowsMenu ? Start.Default : null) ?? Labels.Find(label => label.CanBeChosen)) is not { } chosen ? (null, "")
            : (CommandOf(chosen, ""), ShowsMenu && chosen.IsMarked ? "MENU DEFAULT" : "the first label, because there is no DEFAULT");
    }

    private SyslinuxCommand Understand(string command)
    {
        var word = SyslinuxCommand.FirstWord(command);
        var rest = command[word.Length..].Trim();
        return Find(word) is { } label ? CommandOf(label, rest) : new SyslinuxCommand(null, word, rest);
    }

    private static SyslinuxCommand CommandOf(SyslinuxLabel label, string rest)
    {
        var kernel = SyslinuxCommand.FirstWord(label.Kernel);
        var initrd = label.Initrd.Length > 0 ? $"initrd={label.Initrd}" : "";
        return new SyslinuxCommand(label, kernel, Join(Join(Join(label.Kernel[kernel.Length..].Trim(), label.Append ?? ""), initrd), rest));
    }

    // The loader is case-sensitive. If the case differs, take the label all the same: it is what the person meant.
    private SyslinuxLabel? Find(string name)
        => Labels.Find(label => !label.IsDisabled && label.Name == name)
            ?? Labels.Find(label => !label.IsDisabled && label.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Join(string a, string b) => a.Length == 0 ? b : b.Length == 0 ? a : $"{a} {b}";
}
