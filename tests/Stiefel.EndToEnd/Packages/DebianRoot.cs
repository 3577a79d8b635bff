using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Packages;

/// <summary>A fresh Debian system in a directory, with a kernel but without network, package mirror or any part of Stiefel.</summary>
internal sealed class DebianRoot
{
    // The package's dependencies, without any that could download, and systemd so that units are set up.
    private const string Packages = "linux-image-amd64,kmod,squashfs-tools,xz-utils,zstd,systemd";

    private readonly string _root;

    /// <param name="suite">The Debian release, as `bookworm`.</param>
    /// <param name="libraries">Packages of libraries whose names differ between releases, separated by commas.</param>
    /// <param name="root">The directory to make; it must not exist yet.</param>
    public DebianRoot(string suite, string libraries, string root)
    {
        _root = root;
        NativeProcess.Run(0, "mmdebstrap", "--variant=essential", "--format=directory", $"--include={Packages},{libraries}", "--dpkgopt=path-exclude=/usr/share/man/*", suite, root);

        // Pretend that systemd runs there, so that hooks try to manage units.
        Directory.CreateDirectory(this["run/systemd/system"]);
    }

    public string this[string path] => Path.Combine(_root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary>Runs a shell command line in it, without network.</summary>
    public string Run(string commands) => Run(0, commands);

    /// <inheritdoc cref="Run(string)"/>
    /// <param name="exitCode">The expected exit code.</param>
    /// <param name="commands">The command line.</param>
    public string Run(int exitCode, string commands) => NativeProcess.Run(
        exitCode, "unshare", "--net", "--mount", "sh", "-c", "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c \"$1\"", _root, commands);

    /// <summary>Lists all paths with their types and permissions, except dpkg's own files.</summary>
    public string[] Names() => Run("find / -xdev \\( -path /proc -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache/ldconfig \\) -prune -o -printf '%p %y %m\\n'").Split('\n').Order(StringComparer.Ordinal).ToArray();
}
