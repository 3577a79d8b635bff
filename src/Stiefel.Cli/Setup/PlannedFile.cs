using System.Text;

namespace Stiefel.Cli.Setup;

/// <summary>A file or link that set-up wants to write.</summary>
/// <param name="Path">Absolute path, from the tree's root.</param>
/// <param name="Why">One line that explains the file to the user.</param>
internal sealed record PlannedFile(string Path, string Why)
{
    /// <summary>Everybody can read the file.</summary>
    public const UnixFileMode Public = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Only root can read the file.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file's bytes, or a link's target.</summary>
    public required byte[] Content { get; init; }

    /// <summary>The file's mode. A private file's new directory is private, too.</summary>
    public UnixFileMode Mode { get; init; } = Public;

    /// <summary>True for a symbolic link.</summary>
    public bool IsLink { get; init; }

    /// <summary>The answer that is all that changes in debconf's database, which has other writers besides; null for a file of set-up's own.</summary>
    public PlannedAnswer? Answer { get; init; }

    /// <summary>True if the content is never shown.</summary>
    public bool IsSecret => Mode == Private;

    /// <summary>Plans a text file.</summary>
    public static PlannedFile Text(string path, string why, string text) => new(path, why) { Content = Encoding.UTF8.GetBytes(text) };

    /// <summary>Plans a symbolic link.</summary>
    public static PlannedFile Link(string path, string why, string target) => new(path, why) { Content = Encoding.UTF8.GetBytes(target), IsLink = true };
}

/// <param name="Question">The name of a question in debconf's database.</param>
/// <param name="Value">The answer.</param>
internal sealed record PlannedAnswer(string Question, string Value);
