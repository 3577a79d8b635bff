namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>A configuration and its includes, read line by line: a keyword in any case, then its value.</summary>
internal sealed class SyslinuxFile
{
    private const int MaxFileBytes = 256 * 1024;
    private const int MaxIncludeDepth = 16;
    private const int MaxIncludes = 64;
    private const int MaxLabels = 1024;

    private readonly BootTree _tree;
    private readonly List<SyslinuxLabel> _labels = [];
    private readonly string _directory;
    private string _append = "";
    private string _default = "";
    private SyslinuxLabel? _menuDefault;
    private int _includes;

    private SyslinuxFile(BootTree tree, string directory)
    {
        _tree = tree;
        _directory = directory;
    }

    /// <summary>Null if there is no such file.</summary>
    public static SyslinuxFile? Read(BootTree tree, string path)
    {
        if (tree.ReadText(path, MaxFileBytes) is not { } text)
        {
            return null;
        }

        var file = new SyslinuxFile(tree, Path.GetDirectoryName(Path.Combine(tree.Directory, path))!);
        file.ReadLines(text, 0);
        return file;
    }

    /// <summary>The default label, then the others as they stand.</summary>
    public IEnumerable<SyslinuxLabel> InBootOrder()
    {
        foreach (var label in _labels.Where(label => !label.HasAppend))
        {
            label.Append = _append;
        }

        // DEFAULT may carry arguments, or name a menu program (vesamenu.c32); then MENU DEFAULT marks the label.
        var name = _default.Split(' ', 2)[0];
        var first = _labels.Find(label => name.Length > 0 && string.Equals(label.Name, name, StringComparison.OrdinalIgnoreCase)) ?? _menuDefault;
        return first is null ? _labels : _labels.Where(label => label != first).Prepend(first);
    }

    private void ReadLines(string text, int depth)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] != '#')
            {
                (var keyword, var value) = Cut(line);
                ReadLine(keyword, value, depth);
            }
        }
    }

    private void ReadLine(string keyword, string value, int depth)
    {
        var label = _labels.Count > 0 ? _labels[^1] : null;
        switch (keyword)
        {
            case "DEFAULT":
                _default = value;
                break;
            case "LABEL" when _labels.Count == MaxLabels:
                throw new InvalidDataException($"{_directory}: more than {MaxLabels} labels");
            case "LABEL":
                _labels.Add(new SyslinuxLabel(value));
                break;
            case "INCLUDE":
                Include(value, depth);
                break;
            case "APPEND" when label is null:
                _append = value;
                break;
            case "APPEND":
                label.Append = value == "-" ? "" : value;
                label.HasAppend = true;
                break;
            case "KERNEL" or "LINUX" when label is not null:
                // A module of the loader (chain.c32, reboot.c32) is no kernel.
                label.Kernel = value.EndsWith(".c32", StringComparison.OrdinalIgnoreCase) ? "" : value;
                break;
            case "INITRD" when label is not null:
                label.Initrd = value;
                break;
            case "MENU":
                ReadMenu(value, label, depth);
                break;
        }
    }

    private void ReadMenu(string text, SyslinuxLabel? label, int depth)
    {
        (var keyword, var value) = Cut(text);
        switch (keyword)
        {
            case "LABEL" when label is not null:
                label.Title = value.Replace("^", "", StringComparison.Ordinal);
                break;
            case "DEFAULT":
                _menuDefault = label;
                break;
            case "INCLUDE":
                Include(value, depth);
                break;
        }
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
            _tree.Findings.PassOver(_directory, $"includes {path}, which is not there");
        }
    }

    private static (string Keyword, string Value) Cut(string line)
    {
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? (line.ToUpperInvariant(), "") : (line[..end].ToUpperInvariant(), line[end..].Trim());
    }
}
