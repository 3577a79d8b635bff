using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.Protocol.Boot;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Assembles the ramdisk as a directory: Debian's files, Stiefel's programs and Stiefel's overlay.</summary>
internal static class RamdiskTree
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // The busybox that /init uses before /usr is mounted.
    private const string EarlyBusybox = "early/busybox";
    private const string EarlyModules = "early/modules";

    // stiefel-server reads its settings from this file; kernel arguments override them.
    private const string ServerSettings = "etc/stiefel/appsettings.json";

    private static readonly string[] s_directories = ["dev", EarlyModules, "etc/stiefel/keys", "proc", "root", "run", "sys", "tmp", "usr/bin", "usr/lib/modules", "usr/lib64", "usr/sbin", "var"];

    private static readonly (string Program, string Place)[] s_programs =
        [("stiefel-server", "usr/bin"), ("stiefel-client", "usr/bin"), ("stiefel-attach", "usr/lib/stiefel")];

    /// <summary>Makes the directory from scratch.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="userland">The directory of Debian's files.</param>
    /// <param name="content">The ramdisk's content.</param>
    public static void Assemble(string root, string userland, RamdiskContent content)
    {
        Clear(root);
        foreach (var directory in s_directories)
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        foreach (var directory in RootPath.Merged)
        {
            File.CreateSymbolicLink(Path.Combine(root, directory), "usr/" + directory);
        }

        Copy(userland, root);
        File.Move(Path.Combine(root, "usr/bin/busybox"), Path.Combine(root, EarlyBusybox));
        File.CreateSymbolicLink(Path.Combine(root, "usr/bin/busybox"), "/" + EarlyBusybox);
        Overlay.Write(Overlay.Always, root);
        if (content.DebugShell is { } shell)
        {
            Overlay.Write(Overlay.Debug, root);
            File.WriteAllText(Path.Combine(root, "etc/stiefel/debug-shell"), shell + "\n");
        }

        foreach ((var program, var directory) in s_programs)
        {
            var file = Path.Combine(root, directory, program);
            File.Copy(OwnPrograms.Find(program), file);
            MakeExecutable(file);
        }

        new SharedLibraries(root).Check(s_programs.Select(program => $"{program.Place}/{program.Program}"));
    }

    /// <summary>Makes the small part that depends on the kernel and on the configuration.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="modules">The directory of the kernel modules that are needed to mount /usr.</param>
    /// <param name="content">The ramdisk's content.</param>
    /// <param name="laptop">The root of the laptop's tree, for its own files.</param>
    public static void AssembleEarly(string root, string modules, RamdiskContent content, string laptop)
    {
        Clear(root);
        Directory.CreateDirectory(Path.Combine(root, EarlyModules));
        Copy(modules, Path.Combine(root, EarlyModules));
        var included = new IncludedFiles(laptop, root);
        included.Copy(content.Files);
        included.CopyFirmware(content.Firmware);
        if (content.LinkInTheOpen)
        {
            var protection = LinkProtection.None.Word();
            Directory.CreateDirectory(Path.Combine(root, Path.GetDirectoryName(ServerSettings)!));
            File.WriteAllText(Path.Combine(root, ServerSettings), $$"""{ "Link": { "Protection": "{{protection}}" } }""" + "\n");
        }
    }

    private static void Clear(string root)
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>Names of Stiefel's programs in the ramdisk.</summary>
    public static IEnumerable<string> Programs => s_programs.Select(program => program.Program);

    public static void MakeExecutable(string file) => File.SetUnixFileMode(file, Executable);

    /// <summary>Copies everything below one root directory into another.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var path in DirectoryTree.Walk(from))
        {
            CopyEntry(Path.Combine(from, path), Path.Combine(to, path));
        }
    }

    /// <summary>
    /// Copies a file, copies a symlink as a symlink, or makes a directory. File.Move would not do: between file systems it copies the target of a symlink,
    /// which for an absolute one is a file of this machine.
    /// </summary>
    public static void CopyEntry(string source, string target)
    {
        var entry = new FileInfo(source);
        if (entry.LinkTarget is { } link)
        {
            File.Delete(target);
            File.CreateSymbolicLink(target, link);
        }
        else if (entry.Attributes.HasFlag(FileAttributes.Directory))
        {
            Directory.CreateDirectory(target);
        }
        else
        {
            entry.CopyTo(target, overwrite: true);
        }
    }
}
