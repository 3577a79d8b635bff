namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>What a configuration says, and which of its labels is booted when nobody types anything (syslinux 6.04, com32/elflink/ldlinux).</summary>
internal sealed class SyslinuxMenu
{
    /// <summary>In the order of the file, those of all menus.</summary>
    public List<SyslinuxLabel> Labels { get; } = [];

    /// <summary>The menu that is shown first.</summary>
    public SyslinuxLevel Start { get; set; } = new(null);

    /// <summary>`APPEND` outside labels: for those that have none.</summary>
    public string Append { get; set; } = "";

    /// <summary>`DEFAULT`: a label, or a kernel, or a program that shows a menu, and arguments.</summary>
    public string Default { get; set; } = "";

    /// <summary>`ONTIMEOUT`, likewise.</summary>
    public string OnTimeout { get; set; } = "";

    /// <summary>Tenths of a second; 0: it waits for ever.</summary>
    public int Timeout { get; set; }

    /// <summary>`UI`: a program that shows a menu, and arguments.</summary>
    public string Ui { get; set; } = "";

    /// <summary>`PROMPT` is not 0.</summary>
    public bool HasPrompt { get; set; }

    private bool ShowsMenu => Ui.Length > 0 || SyslinuxCommand.FirstWord(Default).EndsWith(".c32", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is booted by itself, and by which word of the configuration; then all labels as they stand.</summary>
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

    /// <summary>As a menu program reads it that another configuration has started (com32/menu/readconfig.c): DEFAULT counts only beside a UI.</summary>
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
            : (CommandOf(chosen, ""), ShowsMenu && chosen.IsMarked ? "MENU DEFAULT" : "the first label, since there is no DEFAULT");
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

    // The loader takes case for a difference; a person who wrote it otherwise meant this one all the same.
    private SyslinuxLabel? Find(string name)
        => Labels.Find(label => !label.IsDisabled && label.Name == name)
            ?? Labels.Find(label => !label.IsDisabled && label.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Join(string a, string b) => a.Length == 0 ? b : b.Length == 0 ? a : $"{a} {b}";
}
