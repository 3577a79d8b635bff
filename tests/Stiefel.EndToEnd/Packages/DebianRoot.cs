using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Packages;

/// <summary>A fresh Debian in a directory, with a kernel, and without a network, a mirror or anything of Stiefel.</summary>
internal sealed class DebianRoot
{
    // What the package depends on, and nothing that could fetch; systemd, to have units set up.
    private const string Packages = "linux-image-amd64,kmod,squashfs-tools,xz-utils,zstd,systemd";

    private readonly string _root;

    /// <param name="suite">`bookworm`.</param>
    /// <param name="libraries">Its own names of libraries, by commas.</param>
    /// <param name="root">A directory that is not there yet.</param>
    public DebianRoot(string suite, string libraries, string root)
    {
        _root = root;
        NativeProcess.Run(0, "mmdebstrap", "--variant=essential", "--format=directory", $"--include={Packages},{libraries}", "--dpkgopt=path-exclude=/usr/share/man/*", suite, root);

        // As if systemd ran there, which is told of units in vain.
        Directory.CreateDirectory(this["run/systemd/system"]);
    }

    public string this[string path] => Path.Combine(_root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary>Runs a command line of its shell there, with no network.</summary>
    public string Run(string commands) => Run(0, commands);

    /// <inheritdoc cref="Run(string)"/>
    /// <param name="exitCode">How it is to end.</param>
    /// <param name="commands">For its shell.</param>
    public string Run(int exitCode, string commands) => NativeProcess.Run(
        exitCode, "unshare", "--net", "--mount", "sh", "-c", "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c \"$1\"", _root, commands);

    /// <summary>All names there with their rights, but for what dpkg keeps for itself.</summary>
    public string[] Names() => Run("find / -xdev \\( -path /proc -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache/ldconfig \\) -prune -o -printf '%p %y %m\\n'").Split('\n').Order(StringComparer.Ordinal).ToArray();
}
