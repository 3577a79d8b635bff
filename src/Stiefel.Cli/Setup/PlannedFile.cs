using System.Text;

namespace Stiefel.Cli.Setup;

/// <summary>A file, or a link, as set-up wants it to be.</summary>
/// <param name="Path">Absolute, from the tree's top.</param>
/// <param name="Why">One line for the person who is asked.</param>
internal sealed record PlannedFile(string Path, string Why)
{
    /// <summary>For everybody to read.</summary>
    public const UnixFileMode Public = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>For root alone.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Its bytes; of a link the path that it leads to.</summary>
    public required byte[] Content { get; init; }

    /// <summary>Its rights, and whether its directory is made for root alone.</summary>
    public UnixFileMode Mode { get; init; } = Public;

    /// <summary>It is a symbolic link.</summary>
    public bool IsLink { get; init; }

    /// <summary>It is never shown.</summary>
    public bool IsSecret => Mode == Private;

    /// <summary>A text file.</summary>
    public static PlannedFile Text(string path, string why, string text) => new(path, why) { Content = Encoding.UTF8.GetBytes(text) };

    /// <summary>A link.</summary>
    public static PlannedFile Link(string path, string why, string target) => new(path, why) { Content = Encoding.UTF8.GetBytes(target), IsLink = true };
}
