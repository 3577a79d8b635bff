using System.Globalization;
using System.Security.Cryptography;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>Describes a tree in lines: each name with its kind, mode, owner and content, and for files the time of the last change.</summary>
internal static class TreeSnapshot
{
    public static string[] Of(string root) => [.. Below(new DirectoryInfo(root)).Select(entry => Line(root, entry)).Order(StringComparer.Ordinal)];

    // Do not follow links: those of sysfs form cycles.
    private static IEnumerable<FileSystemInfo> Below(DirectoryInfo directory) => directory.EnumerateFileSystemInfos()
        .SelectMany(entry => entry is DirectoryInfo { LinkTarget: null } inner ? Below(inner).Prepend(entry) : [entry]);

    private static string Line(string root, FileSystemInfo entry)
    {
        var name = Path.GetRelativePath(root, entry.FullName);
        if (entry.LinkTarget is { } target)
        {
            return $"{name} -> {target}";
        }

        var owner = FileOwner.Of(entry.FullName, followLink: false).User;
        var mode = Convert.ToString((int)entry.UnixFileMode, 8);
        return entry is FileInfo file
            ? $"{name} {mode} {owner} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName)))} {file.LastWriteTimeUtc.ToString("O", CultureInfo.InvariantCulture)}"
            : $"{name}/ {mode} {owner}";
    }
}
