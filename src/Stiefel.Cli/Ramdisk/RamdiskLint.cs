using System.Text;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Finds what must not be in a ramdisk, whatever packages and files are added: its image is readable for everybody, on sticks and boot partitions.</summary>
internal static class RamdiskLint
{
    private const int FirstBytes = 4096;

    private static readonly string[] s_compilers = ["as", "cc", "c++", "clang", "g++", "gcc", "go", "ld", "make", "rustc", "tcc"];
    private static readonly string[] s_programs = ["bin/", "sbin/", "usr/bin/", "usr/sbin/"];

    /// <summary>Checks a directory that will be part of the image.</summary>
    /// <returns>One line for each file that is allowed but should not be there.</returns>
    /// <exception cref="FailedException">The directory holds a key or a password.</exception>
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
                throw new FailedException($"/{path} would be in the ramdisk, but is {secret}: everybody can read the image, on the stick and on the laptop; leave it out (initrd.include-packages, initrd.include-files, initrd.packing.exclude-paths)");
            }

            if (IsCompiler(path))
            {
                notes.Add($"/{path} is in the ramdisk, which needs no compiler; initrd.packing.exclude-packages keeps it out");
            }
        }

        return notes;
    }

    // Compilers may have architecture and version in their names: x86_64-linux-gnu-gcc-12.
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
