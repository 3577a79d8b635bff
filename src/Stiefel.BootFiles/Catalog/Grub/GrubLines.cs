namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The lines of a script, handed out as its parser asks for them. GRUB ignores carriage returns and comment lines in a file.</summary>
internal sealed class GrubLines
{
    private readonly string _text;
    private readonly bool _isFile;
    private int _at;

    private GrubLines(string text, bool isFile)
    {
        _text = text;
        _isFile = isFile;
    }

    /// <summary>The number of the line that was handed out last, counted from 1.</summary>
    public int Number { get; private set; }

    /// <summary>A configuration file.</summary>
    public static GrubLines OfFile(string text) => new(text.Replace("\r", "", StringComparison.Ordinal), isFile: true);

    /// <summary>The body of a menu entry, or what `eval` is given.</summary>
    public static GrubLines OfSource(string text) => new(text, isFile: false);

    /// <summary>The next line with its newline, or null at the end.</summary>
    public string? Next()
    {
        // A file ends with its last newline; a text in memory has one more line after its last newline, which may be empty.
        while (_isFile ? _at < _text.Length : _at <= _text.Length)
        {
            var end = _text.IndexOf('\n', _at);
            var line = end < 0 ? _text[_at..] : _text[_at..end];
            _at = end < 0 ? _text.Length + 1 : end + 1;
            Number++;
            if (!_isFile || !line.StartsWith('#'))
            {
                return line + "\n";
            }
        }

        return null;
    }
}
