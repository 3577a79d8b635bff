using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.Userland;

/// <summary>Finds the libraries that programs need among the files of a root directory, by name as the dynamic linker would.</summary>
internal sealed class SharedLibraries
{
    // The directories where Debian's dynamic linker searches by default, and where it lies itself.
    private static readonly string[] s_directories = ["usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib"];

    private readonly string _root;

    public SharedLibraries(string root) => _root = root;

    /// <summary>Adds to the files (relative paths) every library that they need, with the symlinks that lead to it.</summary>
    /// <exception cref="FailedException">A library is missing.</exception>
    public void AddTo(ISet<string> files)
    {
        var queue = new Queue<string>(files);
        while (queue.TryDequeue(out var file))
        {
            foreach (var needed in NeedsOf(file))
            {
                foreach (var link in Chain(needed, file).Where(files.Add))
                {
                    queue.Enqueue(link);
                }
            }
        }
    }

    /// <summary>Throws if a program in the root directory needs a library that is missing.</summary>
    public void Check(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            foreach (var needed in NeedsOf(file))
            {
                _ = Chain(needed, file);
            }
        }
    }

    /// <summary>The path of a library and of the symlinks that lead to it. A name that is itself a path (the dynamic linker's) must exist there.</summary>
    public IReadOnlyList<string> Chain(string library, string neededBy)
    {
        string[] places = library.StartsWith('/')
            ? [RootPath.MergeUsr(library.TrimStart('/'))]
            : [.. s_directories.Append(Path.GetDirectoryName(neededBy)!).Select(directory => Path.Combine(directory, library))];
        var path = places.FirstOrDefault(Exists)
            ?? throw new FailedException($"the ramdisk lacks {library}, which {neededBy} needs; add the Debian package that holds it to initrd.include-packages");
        var chain = new List<string> { path };
        while (IsLink(path))
        {
            var target = new FileInfo(Path.Combine(_root, path)).LinkTarget!;
            path = RootPath.MergeUsr(Path.GetRelativePath("/", Path.GetFullPath(target, "/" + Path.GetDirectoryName(path))));
            if (!Exists(path) || chain.Contains(path))
            {
                throw new FailedException($"the ramdisk's {chain[^1]} leads to {path}, which is not there");
            }

            chain.Add(path);
        }

        return chain;
    }

    private IEnumerable<string> NeedsOf(string file)
    {
        var path = Path.Combine(_root, file);
        if (IsLink(file) || ElfFile.Read(path) is not { } elf)
        {
            return [];
        }

        return elf.Interpreter is { } interpreter ? [.. elf.Needed, interpreter] : elf.Needed;
    }

    private bool Exists(string path) => File.Exists(Path.Combine(_root, path)) || IsLink(path);

    private bool IsLink(string path) => new FileInfo(Path.Combine(_root, path)).LinkTarget is not null;
}
