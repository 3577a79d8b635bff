namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Limits what one run of scripts may cost: a script can loop, recurse, include itself and double its variables.</summary>
internal sealed class GrubBudget
{
    // A generated script runs some hundred statements, and about twenty more for each entry of its menu.
    private const int MaxStatements = 25_000;
    private const int MaxCharacters = 4 * 1024 * 1024;
    private const int MaxFiles = 1024;
    private const int MaxFileCharacters = 16 * 1024 * 1024;
    private const int MaxDepth = 64;

    private int _statements;
    private long _characters;
    private int _files;
    private long _fileCharacters;
    private int _depth;

    /// <summary>Longest value of a variable, in characters; a kernel command line has at most 2048.</summary>
    public const int MaxValueLength = 64 * 1024;

    /// <summary>Largest number of entries kept of one menu.</summary>
    public const int MaxMenuItems = 4096;

    /// <exception cref="InvalidDataException">The budget is used up; every method here throws this.</exception>
    public void SpendStatement() => Check(++_statements <= MaxStatements, $"runs more than {MaxStatements} commands");

    public void SpendCharacters(int count) => Check((_characters += count) <= MaxCharacters, $"expands to more than {MaxCharacters} characters");

    public void SpendFile() => Check(++_files <= MaxFiles, $"looks for more than {MaxFiles} files");

    public void SpendFile(int length)
    {
        SpendFile();
        Check((_fileCharacters += length) <= MaxFileCharacters, $"includes more than {MaxFileCharacters} characters");
    }

    public void Enter() => Check(++_depth <= MaxDepth, $"calls and includes nest more than {MaxDepth} deep");

    public void Leave() => _depth--;

    private static void Check(bool fine, string otherwise)
    {
        if (!fine)
        {
            throw new InvalidDataException($"the script {otherwise}");
        }
    }
}
