using System.Globalization;

namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>Reads a configuration and its includes, line by line: a keyword in any case, then its value.</summary>
internal sealed class SyslinuxFile
{
    private const int MaxFileBytes = 256 * 1024;
    private const int MaxIncludeDepth = 16;
    private const int MaxIncludes = 64;
    private const int MaxLabels = 1024;

    private readonly BootTree _tree;
    private readonly SyslinuxMenu _menu;
    private readonly string _directory;
    private SyslinuxLevel _level;
    private SyslinuxLabel? _label;
    private int _includes;

    private SyslinuxFile(BootTree tree, string directory, SyslinuxMenu menu)
    {
        _tree = tree;
        _directory = directory;
        _menu = menu;
        _level = menu.Start;
    }

    /// <summary>Reads a file; null if it does not exist.</summary>
    /// <param name="tree">The tree that holds it.</param>
    /// <param name="path">The path from the top of the file system.</param>
    /// <param name="directory">The directory from which paths in the file count.</param>
    public static SyslinuxMenu? Read(BootTree tree, string path, string directory)
    {
        if (tree.ReadLoaderText(path, MaxFileBytes) is not { } text)
        {
            return null;
        }

        var file = new SyslinuxFile(tree, directory, new SyslinuxMenu());
        file.ReadLines(text, 0);
        file.EndLabel();
        return file._menu;
    }

    private void ReadLines(string text, int depth)
    {
        var isText = false;
        foreach (var line in text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            (var keyword, var value) = Cut(line);
            if (isText || keyword == "TEXT")
            {
                // The text between TEXT and ENDTEXT is help for people.
                isText = keyword != "ENDTEXT";
            }
            else if (line[0] != '#')
            {
                ReadLine(keyword, value, depth);
            }
        }
    }

    private void ReadLine(string keyword, string value, int depth)
    {
        switch (keyword)
        {
            case "LABEL":
                AddLabel(value.Split([' ', '\t'], 2)[0]);
                break;
            case "INCLUDE":
                Include(value, depth);
                break;
            case "MENU":
                ReadMenu(value, depth);
                break;
            case "APPEND" when _label is null:
                _menu.Append = value;
                break;
            case "KERNEL" or "LINUX" or "BOOT" or "BSS" or "PXE" or "FDIMAGE" or "COMBOOT" or "COM32" or "CONFIG" or "LOCALBOOT" or "APPEND" or "INITRD":
                ReadLabel(keyword, value);
                break;
            default:
                ReadGlobal(keyword, value);
                break;
        }
    }

    private void ReadLabel(string keyword, string value)
    {
        switch (keyword)
        {
            case var _ when _label is null:
                break;
            case "APPEND":
                _label.Append = value == "-" ? "" : value;
                break;
            case "INITRD":
                _label.Initrd = value;
                break;
            default:
                _label.Kind = keyword.ToLowerInvariant();
                _label.Kernel = value;
                break;
        }
    }

    private void ReadGlobal(string keyword, string value)
    {
        switch (keyword)
        {
            case "DEFAULT":
                _menu.Default = value;
                break;
            case "UI":
                _menu.Ui = value;
                break;
            case "ONTIMEOUT":
                _menu.OnTimeout = value;
                break;
            case "TIMEOUT":
                _menu.Timeout = Number(value);
                break;
            case "PROMPT":
                _menu.HasPrompt = Number(value) != 0;
                break;
        }
    }

    private void ReadMenu(string text, int depth)
    {
        (var keyword, var value) = Cut(text);
        switch (keyword)
        {
            case "INCLUDE":
                IncludeMenu(value, depth);
                break;
            case "BEGIN":
                Begin();
                break;
            case "END":
                EndLabel();
                _level = _level.Parent ?? _level;
                break;
            case "SEPARATOR":
                EndLabel();
                break;
            case "START":
                _menu.Start = _level;
                break;
            case var _ when _label is not null:
                ReadMenuOfLabel(_label, keyword, value);
                break;
        }
    }

    private static void ReadMenuOfLabel(SyslinuxLabel label, string keyword, string value)
    {
        switch (keyword)
        {
            case "LABEL":
                label.Title = value.Replace("^", "", StringComparison.Ordinal);
                break;
            case "DEFAULT":
                label.IsMarked = true;
                break;
            case "HIDE":
                label.IsHidden = true;
                break;
            case "DISABLE" or "DISABLED":
                label.IsDisabled = true;
                break;
            case "GOTO" or "EXIT" or "QUIT":
                (label.Kind, label.Kernel) = ($"menu {keyword.ToLowerInvariant()}", value);
                break;
        }
    }

    private void Begin()
    {
        EndLabel();
        _level = new SyslinuxLevel(_level);
    }

    /// <summary>Ends a label. It gets the global APPEND as it is at this line, unless it has its own.</summary>
    private void EndLabel()
    {
        if (_label is not null)
        {
            _label.Append ??= _menu.Append;
            _label = null;
        }
    }

    private void AddLabel(string name)
    {
        if (_menu.Labels.Count == MaxLabels)
        {
            throw new InvalidDataException($"{_directory}: its configuration has more than {MaxLabels} labels");
        }

        EndLabel();
        _label = new SyslinuxLabel(name);
        _menu.Labels.Add(_label);
        _level.Labels.Add(_label);
    }

    /// <summary>`MENU INCLUDE FILE [TAG]`: with a tag, the file's content is a submenu.</summary>
    private void IncludeMenu(string value, int depth)
    {
        var isMenu = SyslinuxCommand.FirstWord(value) != value;
        var level = _level;
        if (isMenu)
        {
            Begin();
        }

        Include(value, depth);
        if (isMenu)
        {
            EndLabel();
            _level = level;
        }
    }

    private void Include(string value, int depth)
    {
        if (depth == MaxIncludeDepth || ++_includes > MaxIncludes)
        {
            throw new InvalidDataException($"{_directory}: its configuration has more than {MaxIncludes} includes, or nests them more than {MaxIncludeDepth} deep");
        }

        var path = Path.Combine(_directory, SyslinuxCommand.FirstWord(value));
        if (_tree.ReadLoaderText(path, MaxFileBytes) is { } text)
        {
            ReadLines(text, depth + 1);
        }
        else
        {
            _tree.Findings.PassOver(_tree.Absolute(_directory), $"includes {path}, which does not exist");
        }
    }

    // Reads as C's atoi does: a text that is not a number is 0.
    private static int Number(string value)
        => int.TryParse(value.Split([' ', '\t'], 2)[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static (string Keyword, string Value) Cut(string line)
    {
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? (line.ToUpperInvariant(), "") : (line[..end].ToUpperInvariant(), line[end..].Trim());
    }
}
