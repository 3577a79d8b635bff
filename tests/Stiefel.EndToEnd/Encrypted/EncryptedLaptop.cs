using Stiefel.Machines.Disks;

namespace Stiefel.EndToEnd.Encrypted;

/// <summary>A laptop's disk with /boot and root in LUKS, and how it is made.</summary>
/// <param name="Image">The path of the disk image, which must not be changed.</param>
/// <param name="RootDevice">The path of the root device in its own system.</param>
/// <param name="Asker">The program in its initramfs that asks for the passphrase, as our agent's log calls it.</param>
/// <param name="Install">Shell commands that fill the disk; the installer's machine runs them.</param>
/// <param name="Arguments">The kernel arguments with which its own initramfs finds the root.</param>
internal sealed record EncryptedLaptop(string Image, string RootDevice, string Asker, string Install, string Arguments)
{
    /// <summary>The label of every laptop's LUKS partition.</summary>
    public const string Label = "laptop-disk";

    private const string DebianName = "lvm-in-luks";
    private const string DebianUuid = "5a1e0004-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string DebianRoot = "/dev/mapper/laptop--vg-root";
    private const string DracutName = "dracut-in-luks";
    private const string DracutUuid = "5a1e0005-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string DracutRoot = $"/dev/mapper/luks-{DracutUuid}";

    private const string DracutLvmName = "dracut-lvm";
    private const string DracutLvmUuid = "5a1e0006-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string DracutLvmRoot = "/dev/mapper/dracut--vg-root";

    // The tables that Debian's installer writes for "encrypted LVM", but with /boot inside too. The option `initramfs` makes update-initramfs include
    // the device even in a chroot, where it cannot be seen.
    private const string DebianTables = $$"""

        echo '{{DebianRoot}} / ext4 errors=remount-ro 0 1' >"$1/etc/fstab"
        echo '/dev/mapper/laptop--vg-boot /boot ext4 defaults 0 2' >>"$1/etc/fstab"
        echo 'laptop_crypt UUID={{DebianUuid}} none luks,initramfs' >"$1/etc/crypttab"
        chroot "$1" update-initramfs -u -k all
        """;

    private const string DebianInstall = $$"""
        D=/dev/disk/by-id/virtio-{{DebianName}}
        format --type luks2 $argon2id --uuid {{DebianUuid}} --label {{Label}} $D-part2
        unwrap $D-part2 laptop_crypt
        pvcreate -q /dev/mapper/laptop_crypt; vgcreate -q laptop-vg /dev/mapper/laptop_crypt
        lvcreate -qy -n boot -L 256M laptop-vg; lvcreate -qy -n root -l 100%FREE laptop-vg
        mkfs.ext4 -q /dev/laptop-vg/boot; root debian /dev/laptop-vg/root
        mkdir -p /mnt/u; mount /dev/laptop-vg/boot /mnt/u
        mv /mnt/t/boot/* /mnt/u; umount /mnt/u; mount /dev/laptop-vg/boot /mnt/t/boot
        grub 'root={{DebianRoot}} '
        sync; umount /mnt/t/boot /mnt/t; vgchange -q -an laptop-vg; cryptsetup close laptop_crypt
        """;

    // The layout of installers that use dracut: the kernel's arguments tell the initramfs which LUKS partition to open.
    private const string DracutInstall = $$"""
        D=/dev/disk/by-id/virtio-{{DracutName}}
        format --type luks2 $cheap --uuid {{DracutUuid}} --label {{Label}} $D-part2
        unwrap $D-part2 luks-{{DracutUuid}}
        root dracut {{DracutRoot}}
        echo '{{DracutRoot}} / ext4 defaults 0 1' >/mnt/t/etc/fstab
        echo 'luks-{{DracutUuid}} UUID={{DracutUuid}} none discard' >/mnt/t/etc/crypttab
        sed -i 's/ttyS0,115200/& rd.luks.uuid=luks-{{DracutUuid}}/' /mnt/t/etc/default/grub
        grub 'rd.luks.uuid=luks-{{DracutUuid}}'
        sync; umount /mnt/t; cryptsetup close luks-{{DracutUuid}}
        """;

    // The layout of Fedora's installer with encryption.
    private const string DracutLvmInstall = $$"""
        D=/dev/disk/by-id/virtio-{{DracutLvmName}}
        format --type luks2 $cheap --uuid {{DracutLvmUuid}} --label {{Label}} $D-part2
        unwrap $D-part2 luks-{{DracutLvmUuid}}
        pvcreate -q /dev/mapper/luks-{{DracutLvmUuid}}; vgcreate -q dracut-vg /dev/mapper/luks-{{DracutLvmUuid}}; lvcreate -qy -n root -l 100%FREE dracut-vg
        root dracut {{DracutLvmRoot}}
        echo '{{DracutLvmRoot}} / ext4 defaults 0 1' >/mnt/t/etc/fstab
        echo 'luks-{{DracutLvmUuid}} UUID={{DracutLvmUuid}} none discard' >/mnt/t/etc/crypttab
        sed -i 's|ttyS0,115200|& rd.luks.uuid=luks-{{DracutLvmUuid}} rd.lvm.lv=dracut-vg/root|' /mnt/t/etc/default/grub
        grub 'rd.lvm.lv=dracut-vg/root'
        sync; umount /mnt/t; vgchange -q -an dracut-vg; cryptsetup close luks-{{DracutLvmUuid}}
        """;

    private static readonly string[] s_debianPackages = ["cryptsetup-initramfs", "lvm2", "mdadm"];

    /// <summary>The image's file name without extension, which is also the disk's serial number while it is made.</summary>
    public string Name => Path.GetFileNameWithoutExtension(Image);

    /// <summary>LVM in LUKS and initramfs-tools, as Debian's installer lays it out.</summary>
    public static EncryptedLaptop LvmInLuks(string directory) => new(Path.Combine(directory, DebianName + ".img"), DebianRoot, "cryptsetup's askpass", DebianInstall, $"root={DebianRoot}");

    /// <summary>One file system in LUKS, and dracut's initramfs, which contains systemd.</summary>
    public static EncryptedLaptop DracutInLuks(string directory) => new(Path.Combine(directory, DracutName + ".img"), DracutRoot, "systemd-cryptsetup", DracutInstall, $"root={DracutRoot} rd.luks.uuid=luks-{DracutUuid}");

    /// <summary>LVM in LUKS, and dracut's initramfs, which contains systemd.</summary>
    public static EncryptedLaptop DracutLvmInLuks(string directory) => new(Path.Combine(directory, DracutLvmName + ".img"), DracutLvmRoot, "systemd-cryptsetup", DracutLvmInstall, $"root={DracutLvmRoot} rd.luks.uuid=luks-{DracutLvmUuid} rd.lvm.lv=dracut-vg/root");

    /// <summary>Makes the Debian file tree for <see cref="DracutLvmInLuks"/>.</summary>
    public static Task<string> DracutLvmTreeAsync(BuildCache cache, Action<string> report, CancellationToken token)
        => DebianTree.GetAsync(cache, InitramfsMaker.Dracut, ["lvm2"], "", report, token);

    /// <summary>Makes the Debian file tree for <see cref="LvmInLuks"/>, which also has all programs that the other disks are made with.</summary>
    public static Task<string> DebianTreeAsync(BuildCache cache, Action<string> report, CancellationToken token)
        => DebianTree.GetAsync(cache, InitramfsMaker.InitramfsTools, s_debianPackages, DebianTables, report, token);
}
