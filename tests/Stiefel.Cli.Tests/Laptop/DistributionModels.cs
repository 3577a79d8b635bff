namespace Stiefel.Cli.Tests.Laptop;

/// <summary>Models of laptops as other distributions' installers set them up: loader, initramfs tool, layout of the disk. Stiefel is not set up on them.</summary>
internal static class DistributionModels
{
    private const string Disk = "nvme0n1";
    private const string Place = "pci0000:00/0000:00:1d.0/nvme/nvme0";
    private const string Id = "nvme-WD_BLACK_SN850X_2000";
    private const string Arguments = "root=UUID=" + LaptopModel.RootId + " rw quiet";

    /// <summary>Makes the model of this name.</summary>
    public static LaptopModel Of(string name)
    {
        var model = name == "debian" ? LaptopModel.Debian() : new LaptopModel();
        if (name == "debian")
        {
            model.Remove("etc/stiefel");
            model.Remove("var/lib/stiefel");
            model.Remove("etc/systemd");
            model.Write("etc/initramfs-tools/initramfs.conf", "MODULES=dep\n");
        }
        else
        {
            model.WriteRunning(Arguments);
            model.WriteDisk(Disk, Place, "WD_BLACK SN850X", partitions: 3, Id);
            model.Link("dev/disk/by-uuid/" + LaptopModel.RootId, "../../nvme0n1p3");
            model.WriteModules("usr/lib/modules/" + LaptopModel.Release);
            model.WriteEfi(secureBoot: 0);
            model.WriteCard("enp0s31f6", "pci0000:00/0000:00:1f.6", "e1000e", speed: "1000", duplex: "full");
            Build(name, model);
        }

        model.Write("usr/local/bin/stiefel", "program");
        Directory.CreateDirectory(model["etc/systemd/system/multi-user.target.wants"]);
        model.Link("etc/systemd/system/multi-user.target.wants/cron.service", "/lib/systemd/system/cron.service");
        return model;
    }

    private static void Build(string name, LaptopModel model)
    {
        switch (name)
        {
            case "ubuntu":
                Ubuntu(model);
                break;
            case "fedora":
                Fedora(model);
                break;
            case "arch":
                Arch(model);
                break;
            case "opensuse":
                OpenSuse(model);
                break;
            default:
                Gentoo(model);
                break;
        }
    }

    // Ubuntu 26.04's "use LVM and encryption": LVM in LUKS, /boot of its own, dracut.
    private static void Ubuntu(LaptopModel model)
    {
        model.Write("etc/os-release", "ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME=\"Ubuntu 26.04 LTS\"\n");
        model.WriteMapped("dm-0", "dm_crypt-0", "CRYPT-LUKS2-abc-dm_crypt-0", "nvme0n1p3");
        model.WriteMapped("dm-1", "ubuntu--vg-ubuntu--lv", "LVM-abc", "dm-0");
        model.Write("proc/self/mountinfo", "22 1 252:1 / / rw - ext4 /dev/mapper/ubuntu--vg-ubuntu--lv rw\n23 22 259:2 / /boot rw - ext4 /dev/nvme0n1p2 rw\n24 23 259:1 / /boot/efi rw - vfat /dev/nvme0n1p1 rw\n");
        model.Write("etc/crypttab", "dm_crypt-0 UUID=5a5a none luks\n");
        model.Write("etc/fstab", "/dev/disk/by-uuid/" + LaptopModel.RootId + " / ext4 defaults 0 1\n");
        model.Write("usr/bin/dracut", "#!/bin/sh\n");
        model.Write("usr/sbin/update-initramfs", "#!/bin/sh\n");
        Directory.CreateDirectory(model["etc/dracut.conf.d"]);
        model.WriteKernel("boot/vmlinuz-" + LaptopModel.Release);
        model.Write("boot/initrd.img-" + LaptopModel.Release, "initrd");
        model.WriteGrub("boot/grub", $"/vmlinuz-{LaptopModel.Release}", $"/initrd.img-{LaptopModel.Release}", "root=/dev/mapper/ubuntu--vg-ubuntu--lv ro");
    }

    // Fedora Workstation: btrfs with subvolumes, /boot on ext4, entries in /boot/loader that GRUB reads.
    private static void Fedora(LaptopModel model)
    {
        model.Write("usr/lib/os-release", "ID=fedora\nPRETTY_NAME=\"Fedora Linux 43 (Workstation Edition)\"\n");
        model.Link("etc/os-release", "../usr/lib/os-release");
        model.Write("proc/self/mountinfo", "22 1 0:35 /root / rw - btrfs /dev/nvme0n1p3 rw,subvol=/root\n23 22 259:2 / /boot rw - ext4 /dev/nvme0n1p2 rw\n");
        model.Write("sys/fs/btrfs/" + LaptopModel.RootId + "/devices/nvme0n1p3", "");
        model.Write("etc/fstab", $"UUID={LaptopModel.RootId} / btrfs subvol=root,compress=zstd:1 0 0\nUUID={LaptopModel.RootId} /home btrfs subvol=home,compress=zstd:1 0 0\n");
        model.Write("usr/bin/dracut", "#!/bin/sh\n");
        model.Write("usr/lib/dracut/dracut.conf.d/01-dist.conf", "hostonly=\"yes\"\n");
        Directory.CreateDirectory(model["etc/dracut.conf.d"]);
        model.WriteKernel("boot/vmlinuz-" + LaptopModel.Release);
        model.Write($"boot/initramfs-{LaptopModel.Release}.img", "initrd");
        model.Write("boot/grub2/grub.cfg", "insmod blscfg\nblscfg\n");
        model.Write($"boot/loader/entries/0123-{LaptopModel.Release}.conf", $"title Fedora Linux\nversion {LaptopModel.Release}\nlinux /vmlinuz-{LaptopModel.Release}\ninitrd /initramfs-{LaptopModel.Release}.img\noptions {Arguments}\n");
    }

    // archinstall's default: systemd-boot, the EFI System partition at /boot, mkinitcpio.
    private static void Arch(LaptopModel model)
    {
        model.Write("etc/os-release", "ID=arch\nPRETTY_NAME=\"Arch Linux\"\n");
        model.Write("proc/self/mountinfo", "22 1 259:3 / / rw - ext4 /dev/nvme0n1p3 rw\n23 22 259:1 / /boot rw - vfat /dev/nvme0n1p1 rw\n");
        model.Write("etc/fstab", $"UUID={LaptopModel.RootId} / ext4 rw,relatime 0 1\nUUID=A1B2-C3D4 /boot vfat rw 0 2\n");
        model.Write("usr/bin/mkinitcpio", "#!/bin/sh\n");
        model.Write("etc/mkinitcpio.conf", "MODULES=()\nHOOKS=(base udev autodetect microcode modconf kms keyboard keymap consolefont block filesystems fsck)\n");
        Directory.CreateDirectory(model["etc/mkinitcpio.conf.d"]);
        model.Write("etc/mkinitcpio.d/linux.preset", "#ALL_config=\"/etc/mkinitcpio.conf\"\nALL_kver=\"/boot/vmlinuz-linux\"\nPRESETS=('default')\ndefault_image=\"/boot/initramfs-linux.img\"\n");
        model.WriteKernel("boot/vmlinuz-linux");
        model.Write("boot/initramfs-linux.img", "initrd");
        model.Write("boot/EFI/systemd/systemd-bootx64.efi", "loader");
        model.Write("boot/loader/loader.conf", "default arch.conf\ntimeout 3\n");
        model.Write("boot/loader/entries/arch.conf", $"title Arch Linux\nlinux /vmlinuz-linux\ninitrd /initramfs-linux.img\noptions {Arguments}\n");
    }

    // openSUSE Tumbleweed: btrfs with snapshots, GRUB in it, dracut.
    private static void OpenSuse(LaptopModel model)
    {
        model.Write("etc/os-release", "ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\nPRETTY_NAME=\"openSUSE Tumbleweed\"\n");
        model.Write("proc/self/mountinfo", "22 1 0:30 /@/.snapshots/1/snapshot / rw - btrfs /dev/nvme0n1p3 rw\n23 22 259:1 / /boot/efi rw - vfat /dev/nvme0n1p1 rw\n");
        model.Write("sys/fs/btrfs/" + LaptopModel.RootId + "/devices/nvme0n1p3", "");
        model.Write("etc/fstab", $"UUID={LaptopModel.RootId} / btrfs defaults 0 0\nUUID={LaptopModel.RootId} /home btrfs subvol=/@/home 0 0\n");
        model.Write("usr/bin/dracut", "#!/bin/sh\n");
        model.Write("usr/lib/dracut/dracut.conf.d/01-dist.conf", "hostonly=\"yes\"\nhostonly_cmdline=\"yes\"\n");
        model.WriteKernel("boot/vmlinuz-" + LaptopModel.Release);
        model.Write("boot/initrd-" + LaptopModel.Release, "initrd");
        model.WriteGrub("boot/grub2", $"/boot/vmlinuz-{LaptopModel.Release}", $"/boot/initrd-{LaptopModel.Release}", Arguments);
    }

    // Gentoo's distribution kernel with systemd: dracut by installkernel, GRUB.
    private static void Gentoo(LaptopModel model)
    {
        model.Write("etc/os-release", "NAME=Gentoo\nID=gentoo\n");
        model.Write("proc/self/mountinfo", "22 1 259:3 / / rw - xfs /dev/nvme0n1p3 rw\n");
        model.Write("etc/fstab", $"UUID={LaptopModel.RootId} / xfs noatime 0 1\n");
        model.Write("usr/bin/dracut", "#!/bin/sh\n");
        model.Write("etc/dracut.conf.d/local.conf", "compress=\"zstd\"\n");
        model.WriteKernel("boot/vmlinuz-" + LaptopModel.Release);
        model.Write($"boot/initramfs-{LaptopModel.Release}.img", "initrd");
        model.WriteGrub("boot/grub", $"/boot/vmlinuz-{LaptopModel.Release}", $"/boot/initramfs-{LaptopModel.Release}.img", Arguments);
    }
}
