using System.Text;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>What must not be in a ramdisk, whose image lies on sticks and boot partitions for all to read; whatever packages and files somebody adds to it.</summary>
internal static class RamdiskLint
{
    private const int FirstBytes = 4096;

    private static readonly string[] s_compilers = ["as", "cc", "c++", "clang", "g++", "gcc", "go", "ld", "make", "rustc", "tcc"];
    private static readonly string[] s_programs = ["bin/", "sbin/", "usr/bin/", "usr/sbin/"];

    /// <summary>Looks at a directory that becomes a part of the image.</summary>
    /// <returns>What may be there but should not, a line each.</returns>
    /// <exception cref="FailedException">A key or a password is in it.</exception>
    public static IReadOnlyList<string> Check(string root)
    {
        var notes = new List<string>();
        foreach (var path in DirectoryTree.Walk(root))
        {
            var file = new FileInfo(Path.Combine(root, path));
            if (file.LinkTarget is not null || !file.Exists)
            {
                continue;
            }

            if (Secret(path, file) is { } secret)
            {
                throw new FailedException($"/{path} would be in the ramdisk, and is {secret}: the image is readable for all, on the stick and on the laptop; leave it out (initrd.include-packages, initrd.include-files, initrd.packing.exclude-paths)");
            }

            if (IsCompiler(path))
            {
                notes.Add($"/{path} is in the ramdisk, which needs no compiler; initrd.packing.exclude-packages keeps it out");
            }
        }

        return notes;
    }

    // What is built for several versions or machines has these in its name: x86_64-linux-gnu-gcc-12.
    private static bool IsCompiler(string path) => s_programs.Any(place => path.StartsWith(place, StringComparison.Ordinal))
        && Path.GetFileName(path).Split('-').Any(s_compilers.Contains);

    private static string? Secret(string path, FileInfo file)
    {
        if (path.StartsWith("etc/stiefel/keys/", StringComparison.Ordinal))
        {
            return "a key of the laptop's";
        }

        if (path is "etc/shadow" or "etc/passwd" or "etc/gshadow")
        {
            return File.ReadLines(file.FullName).Any(line => line.Split(':') is [_, { Length: > 1 } hash, ..] && hash[0] is not ('!' or '*')) ? "a list with a password in it" : null;
        }

        using var stream = file.OpenRead();
        var head = new byte[(int)Math.Min(FirstBytes, file.Length)];
        stream.ReadExactly(head);
        var text = Encoding.ASCII.GetString(head).TrimStart();
        return text.StartsWith("-----BEGIN ", StringComparison.Ordinal) && text.Split('\n')[0].Contains("PRIVATE KEY", StringComparison.Ordinal) ? "a private key" : null;
    }
}
