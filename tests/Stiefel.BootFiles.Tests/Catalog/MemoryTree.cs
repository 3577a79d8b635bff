using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>
/// A boot partition in memory, for millions of damaged files: writing and walking a real one takes longer than reading it. <c>ConfinedTreeTests</c> tests
/// that no path leaves a real tree, and <see cref="BootFuzzTests"/> gives the same readers real files.
/// </summary>
internal sealed class MemoryTree : IFileTree
{
    private const int MaxPath = 4096;
    private const int MaxName = 255;

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _directories = new([""], StringComparer.Ordinal);

    public string Root => "/memory";

    public MemoryTree Write(string path, byte[] content)
    {
        _files[path] = content;
        for (var directory = path; directory.Length > 0;)
        {
            directory = Parent(directory);
            _directories.Add(directory);
        }

        return this;
    }

    public long LengthOf(string absolute) => _files[absolute[(Root.Length + 1)..]].Length;

    public TreeFile? OpenFile(string path)
        => Walk(path) is { } name && _files.TryGetValue(name, out var content) ? new MemoryFile($"{Root}/{name}", content) : null;

    public string? FindDirectory(string path)
        => Walk(path) is not { } name || !_directories.Contains(name) ? null : name.Length == 0 ? Root : $"{Root}/{name}";

    public IReadOnlyList<string> List(string path)
        => Walk(path) is { } directory && _directories.Contains(directory)
            ? [.. _files.Keys.Concat(_directories).Where(name => name.Length > 0 && Parent(name) == directory).Select(name => Path.GetFileName(name)).Order(StringComparer.Ordinal)]
            : [];

    private static string Parent(string name) => name[..Math.Max(name.LastIndexOf('/'), 0)];

    // Walks as the kernel does: what stands before `..` or `/` must be a directory, and the top is its own parent.
    private string? Walk(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(path) >= MaxPath)
        {
            return null;
        }

        var at = "";
        foreach (var range in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan(range);
            if (name.Length > 0 && (!_directories.Contains(at) || Encoding.UTF8.GetByteCount(name) > MaxName))
            {
                return null;
            }

            at = name switch
            {
                "" or "." => at,
                ".." => Parent(at),
                _ => at.Length == 0 ? name.ToString() : $"{at}/{name}",
            };
        }

        return path.EndsWith('/') && !_directories.Contains(at) ? null : at;
    }

    private sealed class MemoryFile(string path, byte[] content) : TreeFile(path, content.Length)
    {
        public override DateTime Modified => DateTime.UnixEpoch;

        public override Span<byte> Read(long offset, Span<byte> buffer)
        {
            ReadOnlySpan<byte> rest = offset < content.Length ? content.AsSpan((int)offset) : [];
            var filled = buffer[..Math.Min(buffer.Length, rest.Length)];
            rest[..filled.Length].CopyTo(filled);
            return filled;
        }

        public override void Dispose()
        {
            // There is nothing to close.
        }
    }
}
