namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>What a configuration says, and which of its labels is booted when nobody types anything (syslinux 6.04, com32/elflink/ldlinux).</summary>
internal sealed class SyslinuxMenu
{
    /// <summary>In the order of the file.</summary>
    public List<SyslinuxLabel> Labels { get; } = [];

    /// <summary>`APPEND` before the first label.</summary>
    public string Append { get; set; } = "";

    /// <summary>`DEFAULT`: a label, or a kernel, or a program that shows a menu, and arguments.</summary>
    public string Default { get; set; } = "";

    /// <summary>`ONTIMEOUT`, likewise.</summary>
    public string OnTimeout { get; set; } = "";

    /// <summary>Tenths of a second; 0: it waits for ever.</summary>
    public int Timeout { get; set; }

    /// <summary>`UI` names a program that shows a menu.</summary>
    public bool HasUi { get; set; }

    /// <summary>`PROMPT` is not 0.</summary>
    public bool HasPrompt { get; set; }

    /// <summary>The label marked by `MENU DEFAULT`.</summary>
    public SyslinuxLabel? MenuDefault { get; set; }

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

    private (SyslinuxCommand? Command, string Decided) Choose()
    {
        var showsMenu = HasUi || Word(Default).EndsWith(".c32", StringComparison.OrdinalIgnoreCase);
        if (OnTimeout.Length > 0 && Timeout > 0 && (showsMenu || HasPrompt))
        {
            return (Understand(OnTimeout), "ONTIMEOUT");
        }

        return Default.Length > 0 && (!showsMenu || Find(Word(Default)) is not null) ? (Understand(Default), "DEFAULT")
            : showsMenu && MenuDefault is { } marked ? (CommandOf(marked, ""), "MENU DEFAULT")
            : (Labels.Find(label => !label.IsDisabled) is { } first ? CommandOf(first, "") : null, "the first label, since there is no DEFAULT");
    }

    private SyslinuxCommand Understand(string command)
    {
        var word = Word(command);
        var rest = command[word.Length..].Trim();
        return Find(word) is { } label ? CommandOf(label, rest) : new SyslinuxCommand(null, word, Join(Append, rest));
    }

    private SyslinuxCommand CommandOf(SyslinuxLabel label, string rest)
    {
        var initrd = label.Initrd.Length > 0 ? $"initrd={label.Initrd}" : "";
        return new SyslinuxCommand(label, label.Kernel, Join(Join(label.Append ?? Append, initrd), rest));
    }

    // The loader takes case for a difference; a person who wrote it otherwise meant this one all the same.
    private SyslinuxLabel? Find(string name)
        => Labels.Find(label => !label.IsDisabled && label.Name == name)
            ?? Labels.Find(label => !label.IsDisabled && label.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Word(string command) => command.Split([' ', '\t'], 2)[0];

    private static string Join(string a, string b) => a.Length == 0 ? b : b.Length == 0 ? a : $"{a} {b}";
}
