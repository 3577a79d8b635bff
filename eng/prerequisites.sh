# Sourced by the other scripts: installs Debian/Ubuntu packages by name, only those that are missing.
# need_packages GROUP… where a GROUP is one of the functions below.

root_of_checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# package  why
build_packages() { cat <<'LIST'
clang            links the NativeAOT executables; GNU ld cannot make the static-pie ones
lld              the linker for the static-pie executables
cmake            builds .NET's small OpenSSL shim for the static client
libssl-dev       OpenSSL, linked statically into stiefel-client
zlib1g-dev       zlib, linked into the NativeAOT executables
LIST
}

machine_packages() { cat <<'LIST'
qemu-system-x86   the two virtual machines
qemu-utils        disk images, and a foreign NBD client
ovmf              UEFI firmware for the virtual desktop
seabios           BIOS firmware for the virtual desktop
mmdebstrap        collects the ramdisk's and the laptop disk's Debian packages
debian-archive-keyring  verifies them, also where the host is Ubuntu
e2fsprogs         makes ext4 images without mounting them
dosfstools        FAT for the USB stick image
mtools            writes into FAT without mounting it
gdisk             partition tables
fdisk             partition tables (sfdisk)
zstd              compresses the ramdisk
squashfs-tools    the ramdisk's file systems of programs and modules
xz-utils          reads compressed kernel modules
cpio              a foreign reader of our archives
kmod              depmod, modinfo
busybox-static    measures the empty initramfs we compare with
syslinux          BIOS boot of the USB stick
syslinux-common   BIOS boot of the USB stick
systemd-boot-efi  the EFI stub of a stick without Secure Boot
shim-signed       the USB stick, with Secure Boot
grub-efi-amd64-signed  the USB stick, with Secure Boot
dnsmasq-base      network boot: answers desktops without a stick
ipxe              network boot by BIOS
ipxe-qemu         the network boot program of a virtual card
binutils          a foreign reader of the stick's UEFI program
iproute2          network namespaces for tests
util-linux        blkid, losetup, unshare
procps            ps
LIST
}

test_packages() { cat <<'LIST'
gcc               asserts our struct layouts against the system's headers
libc6-dev         those headers
linux-libc-dev    those headers
libnbd-bin        foreign NBD clients: nbdinfo, nbdcopy
python3           runs the second implementations
python3-libnbd    foreign NBD client: nbdsh
python3-pycryptodome  second implementation of AES-EAX
curl              a foreign client of the control plane
chromium          the browser that judges the status page
fonts-dejavu-core  what it writes with
zbar-tools        a foreign reader of the QR code on the laptop's screen
prometheus        promtool, a foreign reader of the metrics
fio               foreign NBD client with data verification
xfsprogs          file system images
btrfs-progs       file system images
ntfs-3g           volumes of Windows
strace            shows what a process asked the kernel
lvm2              makes the volumes that our reader reads
cryptsetup-bin    opens LUKS with the file that a payload's initramfs is handed
grub-emu          GRUB's own script engine, which ours is compared with
grub-efi-amd64-bin  the boot loader of a laptop that returns to it
kexec-tools       the fallback of kexec_file_load
extlinux          itself starts what our reader of its configuration finds
systemd-boot      bootctl, which judges the order of our boot menu
systemd-container  systemd-nspawn, in which a ramdisk's programs are tried
systemd           systemd-ask-password, which must find the passphrase we leave for it
LIST
}

package_packages() { cat <<'LIST'
dpkg-dev          names the packages that the programs link to
python3           lists what the package is made of
LIST
}

bench_packages() { cat <<'LIST'
fio               the client of all servers
nbdkit            a peer
qemu-utils        a peer: qemu-nbd
nbd-server        a peer
LIST
}

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks | grep -q '^10\.' && return
  echo "The .NET 10 SDK is missing. Install it (https://dotnet.microsoft.com/download, or 'apt install dotnet-sdk-10.0'), then run this again." >&2
  exit 1
}

need_packages() {
  local missing=() package why
  while read -r package why; do
    [ -n "$package" ] || continue
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' && continue
    missing+=("$package"); printf 'missing: %-22s %s\n' "$package" "$why"
  done < <(for group in "$@"; do "${group}_packages"; done)
  [ ${#missing[@]} -eq 0 ] && return
  local sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  echo "Installing ${#missing[@]} packages …"
  local log; log=$(mktemp)
  if ! { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install: ${missing[*]}. Its output is in $log." >&2
    exit 1
  fi
  rm -f "$log"
}
