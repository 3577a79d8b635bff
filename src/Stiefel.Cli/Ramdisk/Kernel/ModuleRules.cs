using Stiefel.Linux.Modules;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>
/// Rules that select the ramdisk's kernel modules: paths below lib/modules/RELEASE/kernel/ that begin with one of <see cref="Include"/>
/// and with none of <see cref="Exclude"/>, and those that the user asks for. Dependencies of selected modules are always included.
/// </summary>
internal sealed record ModuleRules(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude)
{
    /// <summary>Everything that may be needed for a wired link, the laptop's disk or a keyboard, except drivers that need firmware.</summary>
    public static ModuleRules Usual { get; } = new(
        [
            // The link: network cards, USB and Thunderbolt networking, virtual machines.
            "drivers/net/ethernet/", "drivers/net/usb/", "drivers/net/phy/", "drivers/net/mdio", "drivers/net/pcs/", "drivers/net/mii",
            "drivers/net/virtio_net", "drivers/net/vmxnet3/", "drivers/net/hyperv/", "drivers/net/xen-netfront", "drivers/net/fjes/",
            "drivers/net/thunderbolt", "drivers/thunderbolt/", "drivers/net/wireguard/", "drivers/net/bonding/", "drivers/net/macvlan",
            "drivers/net/dummy", "drivers/net/tun", "drivers/net/veth", "net/8021q/", "net/packet/", "net/ipv6/ipv6", "net/bridge/bridge",

            // USB and its host controllers.
            "drivers/usb/host/", "drivers/usb/core/", "drivers/usb/common/", "drivers/usb/storage/", "drivers/usb/typec/", "drivers/usb/dwc3/",
            "drivers/usb/chipidea/", "drivers/usb/roles/", "drivers/usb/class/cdc-", "drivers/pci/", "drivers/virtio/", "drivers/hv/",

            // Disks.
            "drivers/nvme/host/", "drivers/ata/", "drivers/scsi/", "drivers/message/", "drivers/ufs/", "drivers/mmc/", "drivers/misc/cardreader/",
            "drivers/cdrom/", "drivers/block/nbd", "drivers/block/loop", "drivers/block/virtio_blk", "drivers/block/xen-blkfront",

            // Supported layers of device-mapper and RAID: LUKS (with integrity), linear and striped volumes, arrays.
            "drivers/md/dm-mod", "drivers/md/dm-crypt", "drivers/md/dm-integrity", "drivers/md/md-mod", "drivers/md/raid", "drivers/md/linear",

            // File systems of a laptop's /boot and / that the server mounts, and FAT's default character sets.
            "fs/ext4/", "fs/xfs/", "fs/btrfs/", "fs/fat/", "fs/nls/nls_cp437", "fs/nls/nls_ascii", "fs/nls/nls_iso8859-1", "fs/nls/nls_utf8",
            "fs/squashfs/", "fs/efivarfs/",

            // Encryption and checksums.
            "crypto/", "arch/x86/crypto/", "lib/", "drivers/crypto/virtio",

            // Keyboards, the power state, the speaker, the lid; the buses of built-in keyboards.
            "drivers/hid/", "drivers/input/keyboard/", "drivers/input/serio/", "drivers/input/evdev", "drivers/input/misc/pcspkr",
            "drivers/i2c/", "drivers/mfd/intel-lpss", "drivers/pinctrl/", "drivers/platform/surface/", "drivers/acpi/", "drivers/power/supply/",
            "drivers/char/tpm/", "drivers/char/hw_random/", "drivers/char/virtio_console", "drivers/firmware/qemu_fw_cfg", "drivers/dma/idma64",
        ],
        [
            // Fibre Channel, iSCSI and InfiniBand adapters: storage networks of data centres.
            "drivers/scsi/bfa", "drivers/scsi/lpfc", "drivers/scsi/qla", "drivers/scsi/be2iscsi", "drivers/scsi/bnx2", "drivers/scsi/cxgbi",
            "drivers/scsi/csiostor", "drivers/scsi/fcoe", "drivers/scsi/fnic", "drivers/scsi/qed", "drivers/scsi/libfc", "drivers/scsi/snic",
            "drivers/scsi/elx", "drivers/nvme/host/nvme-rdma", "drivers/nvme/host/nvme-fc",

            // Drivers that depend on whole subsystems that are not needed here (graphics, sound, infrared, IPMI, one-wire, PCMCIA, parallel ports).
            "drivers/usb/typec/altmodes/", "drivers/hid/hid-prodikeys", "drivers/hid/hid-picolcd", "drivers/hid/hid-sensor", "drivers/hid/wacom",
            "drivers/hid/amd-sfh", "drivers/hid/intel-ish", "drivers/acpi/acpi_ipmi", "drivers/power/supply/axp288_fuel_gauge", "drivers/power/supply/ds2760",
            "drivers/power/supply/bq27xxx_battery_hdq", "drivers/scsi/pcmcia", "drivers/ata/pata_pcmcia", "drivers/mmc/host/sdricoh_cs",
            "drivers/input/serio/parkbd", "drivers/i2c/busses/i2c-parport", "drivers/net/usb/cdc-phonet", "drivers/net/usb/hso", "drivers/usb/host/u132-hcd",

            // Tests.
            "lib/test", "crypto/tcrypt", "drivers/scsi/scsi_debug", "drivers/thunderbolt/test",
        ]);

    /// <summary>The user's additions: module names, or prefixes of paths if they contain a slash. Nothing excludes these.</summary>
    public IReadOnlyList<string> Wanted { get; init; } = [];

    /// <summary>All rules as lines, as an input of the step's hash.</summary>
    public IEnumerable<string> Lines => [.. Include, .. Exclude.Select(rule => "!" + rule), .. Wanted.Select(wish => "+" + wish)];

    public ModuleRules With(IEnumerable<string> more) => this with { Include = [.. Include, .. more] };

    /// <param name="path">A path below lib/modules/RELEASE/kernel/.</param>
    public bool Choose(string path)
        => (Include.Any(rule => path.StartsWith(rule, StringComparison.Ordinal)) && !Exclude.Any(rule => path.StartsWith(rule, StringComparison.Ordinal)))
            || Wanted.Any(wish => Fulfils(path, wish));

    /// <summary>The first of the user's additions that matches none of the paths; null if all match.</summary>
    public string? FirstUnfulfilled(IReadOnlyCollection<string> paths) => Wanted.FirstOrDefault(wish => !paths.Any(path => Fulfils(path, wish)));

    private static bool Fulfils(string path, string wish) => wish.Contains('/', StringComparison.Ordinal)
        ? path.StartsWith(wish, StringComparison.Ordinal)
        : ModuleName.OfFile(path) == ModuleName.Normalize(wish);
}
