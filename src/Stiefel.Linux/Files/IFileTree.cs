using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Files;

/// <summary>A tree of directories and regular files that no path can leave: `/` is the top, and `..` stops there.</summary>
public interface IFileTree
{
    /// <summary>The absolute path of the top; all paths returned by the tree begin with it.</summary>
    string Root { get; }

    /// <summary>Opens a regular file; null if there is none at that path.</summary>
    /// <param name="path">The path from the tree's top, with or without a leading `/`.</param>
    /// <exception cref="LinuxException">The file system is damaged, or access is denied.</exception>
    TreeFile? OpenFile(string path);

    /// <summary>The absolute path, free of links, of a directory in the tree; null if there is none.</summary>
    string? FindDirectory(string path);

    /// <summary>The names in a directory in ordinal order, up to the tree's limit; none if it does not exist.</summary>
    IReadOnlyList<string> List(string path);
}
