using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Files;

/// <summary>Directories and regular files, and no path that leads out of them: `/` is the top, and `..` stops there.</summary>
public interface IFileTree
{
    /// <summary>Where the top lies, absolute; all paths that come out of the tree begin with it.</summary>
    string Root { get; }

    /// <summary>Opens a regular file, or gives null if there is none at that path.</summary>
    /// <param name="path">From the tree's top, with or without a leading `/`.</param>
    /// <exception cref="LinuxException">The file system is damaged, or access is denied.</exception>
    TreeFile? OpenFile(string path);

    /// <summary>The absolute, link-free path of a directory in the tree, or null if there is none.</summary>
    string? FindDirectory(string path);

    /// <summary>The names in a directory in ordinal order, at most so many as the tree allows; none if it does not exist.</summary>
    IReadOnlyList<string> List(string path);
}
