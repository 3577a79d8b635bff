using System.Globalization;

namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>A configuration and its includes, read line by line: a keyword in any case, then its value.</summary>
internal sealed class SyslinuxFile
{
    private const int MaxFileBytes = 256 * 1024;
    private const int MaxIncludeDepth = 16;
    private const int MaxIncludes = 64;
    private const int MaxLabels = 1024;

    private readonly BootTree _tree;
    private readonly SyslinuxMenu _menu = new();
    private readonly string _directory;
    private SyslinuxLabel? _label;
    private int _includes;

    private SyslinuxFile(BootTree tree, string directory)
    {
        _tree = tree;
        _directory = directory;
    }

    /// <summary>Null if there is no such file.</summary>
    public static SyslinuxMenu? Read(BootTree tree, string path)
    {
        if (tree.ReadText(path, MaxFileBytes) is not { } text)
        {
            return null;
        }

        var file = new SyslinuxFile(tree, Path.GetDirectoryName(Path.Combine(tree.Directory, path))!);
        file.ReadLines(text, 0);
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
                // Whatever stands between TEXT and ENDTEXT is for people.
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
                _menu.HasUi = true;
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
                Include(value, depth);
                break;
            case "BEGIN" or "END" or "SEPARATOR":
                _label = null;
                break;
            case var _ when _label is null:
                break;
            case "LABEL":
                _label.Title = value.Replace("^", "", StringComparison.Ordinal);
                break;
            case "DEFAULT":
                _menu.MenuDefault = _label;
                break;
            case "DISABLE" or "DISABLED":
                _label.IsDisabled = true;
                break;
        }
    }

    private void AddLabel(string name)
    {
        if (_menu.Labels.Count == MaxLabels)
        {
            throw new InvalidDataException($"{_directory}: more than {MaxLabels} labels");
        }

        _label = new SyslinuxLabel(name);
        _menu.Labels.Add(_label);
    }

    private void Include(string value, int depth)
    {
        if (depth == MaxIncludeDepth || ++_includes > MaxIncludes)
        {
            throw new InvalidDataException($"{_directory}: more than {MaxIncludes} includes, or nested more than {MaxIncludeDepth} deep");
        }

        // A second word would be the tag of a menu.
        var path = Path.Combine(_directory, value.Split(' ', 2)[0]);
        if (_tree.ReadLoaderText(path, MaxFileBytes) is { } text)
        {
            ReadLines(text, depth + 1);
        }
        else
        {
            _tree.Findings.PassOver(_tree.Absolute(_directory), $"includes {path}, which is not there");
        }
    }

    // As atoi: what is no number is 0.
    private static int Number(string value)
        => int.TryParse(value.Split([' ', '\t'], 2)[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static (string Keyword, string Value) Cut(string line)
    {
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? (line.ToUpperInvariant(), "") : (line[..end].ToUpperInvariant(), line[end..].Trim());
    }
}
