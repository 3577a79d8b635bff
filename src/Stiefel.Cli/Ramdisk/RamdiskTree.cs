using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.Protocol.Boot;

namespace Stiefel.Cli.Ramdisk;

/// <summary>The ramdisk as a directory: Debian's files, our programs, our overlay. The archive and test-nspawn both come from it.</summary>
internal static class RamdiskTree
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // What /init needs before /usr is there.
    private const string EarlyBusybox = "early/busybox";
    private const string EarlyModules = "early/modules";

    // One of stiefel-server's own sources of settings; kernel arguments have the last word.
    private const string ServerSettings = "etc/stiefel/appsettings.json";

    private static readonly string[] s_directories = ["dev", EarlyModules, "etc/stiefel/keys", "proc", "root", "run", "sys", "tmp", "usr/bin", "usr/lib/modules", "usr/lib64", "usr/sbin", "var"];

    private static readonly (string Program, string Place)[] s_programs =
        [("stiefel-server", "usr/bin"), ("stiefel-client", "usr/bin"), ("stiefel-attach", "usr/lib/stiefel")];

    /// <summary>Makes the directory anew.</summary>
    /// <param name="root">Where.</param>
    /// <param name="userland">Debian's files.</param>
    /// <param name="content">What else was asked for.</param>
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

    /// <summary>Makes the small part anew that depends on the kernel and on the configuration.</summary>
    /// <param name="root">Where.</param>
    /// <param name="modules">Kernel modules without which /usr cannot be mounted.</param>
    /// <param name="content">What was asked for.</param>
    /// <param name="laptop">The top of the laptop's tree, for files of its own.</param>
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

    /// <summary>Names of our programs inside.</summary>
    public static IEnumerable<string> Programs => s_programs.Select(program => program.Program);

    public static void MakeExecutable(string file) => File.SetUnixFileMode(file, Executable);

    /// <summary>Adds what is below one root directory to another.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var path in DirectoryTree.Walk(from))
        {
            CopyEntry(Path.Combine(from, path), Path.Combine(to, path));
        }
    }

    /// <summary>
    /// Copies a file, a symlink as a symlink, or makes a directory. File.Move will not do between file systems: there it copies what a
    /// symlink leads to, which for an absolute one is a file of this machine.
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
