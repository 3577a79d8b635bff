using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>
/// The file tree of an ordinary small Debian system as a tar file: its kernel, its own unmodified initramfs, systemd, a root password,
/// and a login on the serial port. It contains nothing from Stiefel.
/// </summary>
public static class DebianTree
{
    /// <summary>The password of root.</summary>
    public const string RootPassword = "laptop";

    /// <summary>The host name, which is printed before `login:`.</summary>
    public const string HostName = "laptop";

    /// <summary>Debian 12, which is the usual release, and Debian 13.</summary>
    public const string Bookworm = "bookworm", Trixie = "trixie";

    private const string Mirror = "http://deb.debian.org/debian";
    private static readonly TimeSpan s_limit = TimeLimits.AtMost(1200);

    private static readonly string[] s_systemd = ["systemd", "systemd-sysv", "dbus"];
    private static readonly string[] s_sysvinit = ["sysvinit-core", "sysv-rc", "ifupdown"];

    // libnbd-bin tests our server with a foreign client; kexec-tools leaves the system for the ramdisk; the last two packages make file
    // systems on the disk over the cable.
    private static readonly string[] s_packages =
    [
        .. s_systemd, "udev", "linux-image-amd64", "kmod", "grub2-common", "kexec-tools",
        "iproute2", "e2fsprogs", "login", "procps", "libnbd-bin", "zstd", "btrfs-progs", "xfsprogs",
    ];

    // dracut includes these in its initramfs if they are installed, even if nothing on the machine is encrypted.
    private static readonly string[] s_dracutOpensLuksWith = ["cryptsetup-bin", "dmsetup"];

    private static readonly string[] s_leftOut = ["/usr/share/man/*", "/usr/share/locale/*", "/usr/share/doc/*"];

    private const string LoginOnSerial = "chroot \"$1\" systemctl enable serial-getty@ttyS0.service";

    // sysvinit configures the login in /etc/inittab (man 5 inittab).
    private const string LoginOnSerialOfSysvinit = "echo 'S0:2345:respawn:/sbin/getty -L ttyS0 115200 vt100' >> \"$1/etc/inittab\"";

    // The settings that a Debian installer asks for and writes. The console arguments are usual for a machine with a serial console.
    private const string Customization = $$"""
        set -e
        echo 'root:{{RootPassword}}' | chroot "$1" chpasswd
        echo {{HostName}} > "$1/etc/hostname"
        echo '127.0.0.1 localhost {{HostName}}' > "$1/etc/hosts"
        {{LoginOnSerial}}
        mkdir -p "$1/boot/grub" "$1/boot/efi" "$1/etc/default"
        cat > "$1/etc/default/grub" <<'END'
        GRUB_DEFAULT=0
        GRUB_TIMEOUT=5
        GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`
        GRUB_CMDLINE_LINUX_DEFAULT="quiet"
        GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200 {{QemuCommandLine.QuickKernel}}"
        END
        """;

    /// <summary>Returns the tar file from the cache, or makes it with mmdebstrap (about 100 s).</summary>
    /// <param name="cache">The cache of made files.</param>
    /// <param name="initrd">The program that makes the initramfs.</param>
    /// <param name="report">Called with a line before each step that takes long.</param>
    /// <param name="token">Cancels the work.</param>
    /// <exception cref="ExternalProgramException">mmdebstrap failed: it is not installed, or cannot reach the mirror.</exception>
    public static Task<string> GetAsync(BuildCache cache, InitramfsMaker initrd, Action<string> report, CancellationToken token) => GetAsync(cache, initrd, [], "", report, token);

    /// <inheritdoc cref="GetAsync(BuildCache, InitramfsMaker, Action{string}, CancellationToken)"/>
    /// <param name="more">Additional packages.</param>
    /// <param name="moreCustomization">Additional shell commands that run last; $1 is the tree.</param>
    /// <param name="suite">Debian's release.</param>
    public static Task<string> GetAsync(
        BuildCache cache, InitramfsMaker initrd, IReadOnlyList<string> more, string moreCustomization, Action<string> report, CancellationToken token, string suite = Bookworm)
    {
        var maker = initrd == InitramfsMaker.Dracut ? "dracut" : "initramfs-tools";
        IEnumerable<string> makerPackages = initrd == InitramfsMaker.Dracut ? ["dracut", .. s_dracutOpensLuksWith] : [maker];
        return GetAsync(cache, $"debian-{maker}", [.. s_packages, .. makerPackages, .. more], Customization + moreCustomization, report, token, suite);
    }

    /// <summary>The same with sysvinit instead of systemd, and initramfs-tools.</summary>
    /// <inheritdoc cref="GetAsync(BuildCache, InitramfsMaker, Action{string}, CancellationToken)"/>
    public static Task<string> GetWithSysvinitAsync(BuildCache cache, Action<string> report, CancellationToken token) => GetAsync(
        cache, "debian-sysvinit", [.. s_packages.Except(s_systemd), .. s_sysvinit, "initramfs-tools"],
        Customization.Replace(LoginOnSerial, LoginOnSerialOfSysvinit, StringComparison.Ordinal), report, token);

    private static async Task<string> GetAsync(
        BuildCache cache, string name, IReadOnlyList<string> packages, string customization, Action<string> report, CancellationToken token, string suite = Bookworm)
    {
        List<string> arguments =
        [
            "--variant=minbase",
            $"--include={string.Join(',', packages)}",
            "--aptopt=Acquire::Languages \"none\"",
            .. s_leftOut.Select(path => $"--dpkgopt=path-exclude={path}"),
        ];
        var directory = await cache.GetAsync(name, [suite, Mirror, customization, .. arguments], MakeAsync);
        return Path.Combine(directory, "tree.tar");

        async Task MakeAsync(string unfinished)
        {
            report($"making the file tree {name} of Debian {suite} (once; about two minutes)");
            var hook = Path.Combine(unfinished, "customize.sh");
            await File.WriteAllTextAsync(hook, customization, token);
            var options = new ExternalProgramOptions { Timeout = s_limit };
            await ExternalProgram.RunAsync(
                "mmdebstrap", [.. arguments, $"--customize-hook=sh '{hook}' \"$1\"", suite, Path.Combine(unfinished, "tree.tar"), Mirror], options, token);
        }
    }
}
