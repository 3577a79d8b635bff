namespace Stiefel.Linux.Programs;

/// <summary>The packages of Debian and Ubuntu that contain the programs we run, for messages about a missing program.</summary>
public static class DebianPackage
{
    private static readonly Dictionary<string, string> s_packages = new(StringComparer.Ordinal)
    {
        ["blkid"] = "util-linux",
        ["cpio"] = "cpio",
        ["cryptsetup"] = "cryptsetup-bin",
        ["debugfs"] = "e2fsprogs",
        ["depmod"] = "kmod",
        ["dmsetup"] = "dmsetup",
        ["dpkg-deb"] = "dpkg",
        ["e2fsck"] = "e2fsprogs",
        ["gzip"] = "gzip",
        ["ip"] = "iproute2",
        ["kexec"] = "kexec-tools",
        ["mcopy"] = "mtools",
        ["mdadm"] = "mdadm",
        ["mformat"] = "mtools",
        ["mke2fs"] = "e2fsprogs",
        ["mkfs.ext4"] = "e2fsprogs",
        ["mkfs.fat"] = "dosfstools",
        ["mkfs.vfat"] = "dosfstools",
        ["mksquashfs"] = "squashfs-tools",
        ["mmd"] = "mtools",
        ["mmdebstrap"] = "mmdebstrap",
        ["modprobe"] = "kmod",
        ["notify-send"] = "libnotify-bin",
        ["qemu-img"] = "qemu-utils",
        ["qemu-system-x86_64"] = "qemu-system-x86",
        ["setpriv"] = "util-linux",
        ["sfdisk"] = "fdisk",
        ["sgdisk"] = "gdisk",
        ["syslinux"] = "syslinux",
        ["systemctl"] = "systemd",
        ["systemd-nspawn"] = "systemd-container",
        ["tar"] = "tar",
        ["unsquashfs"] = "squashfs-tools",
        ["xz"] = "xz-utils",
        ["zstd"] = "zstd",
    };

    /// <summary>The package's name; null for an unknown program, or one given by its path.</summary>
    public static string? Of(string program) => s_packages.GetValueOrDefault(program);
}
