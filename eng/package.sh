#!/usr/bin/env bash
# Makes artifacts/package/stiefel_VERSION_amd64.deb, a tarball of the same files, and the recipes for other distributions' packages. Equal programs and Debian packages give equal bytes.
set -euo pipefail
. "$(dirname "$0")/prerequisites.sh"
cd "$root_of_checkout"
bin=artifacts/bin built= package=artifacts/package trial=
while [ $# -gt 0 ]; do
  case "$1" in
    --built) built=1 ;;
    --trial) trial=${2:?where the .deb goes}; shift ;;
    *) echo "usage: eng/package.sh [--built] [--trial FILE]    packages the programs in artifacts/bin; --built takes them for current; --trial makes the .deb alone, quickly and large" >&2; exit 2 ;;
  esac
  shift
done
need_packages build machine package
[ -n "$built" ] || eng/build.sh

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
# An SPDX expression; its text follows in the same file, which is the only place that names a licence.
licence=$(head -n 1 eng/package/licence)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Directory.Build.props)
export SOURCE_DATE_EPOCH LC_ALL=C
umask 022
if [ -n "$trial" ]; then
  package=$(mktemp -d)
  trap 'rm -rf "$package"' EXIT
fi
root=$package/root ramdisk=$package/root/usr/lib/stiefel/ramdisk
rm -rf "$package"
mkdir -p "$ramdisk" "$root"/usr/{bin,share/doc/stiefel} "$root"/etc/kernel/{postinst.d,postrm.d}

# Install the programs, and the part of the ramdisk that contains them.
install -m 755 "$bin"/stiefel "$bin"/stiefel-server "$bin"/stiefel-client "$root/usr/bin/"
install -m 755 "$bin/stiefel-attach" "$root/usr/lib/stiefel/"
printf '{}\n' >"$package/default.yaml"
STIEFEL_BIN=$bin "$bin/stiefel" create-initrd --config "$package/default.yaml" --programs-only "$ramdisk"
rm "$package/default.yaml"

# Install the documentation, and the hooks that run after kernel upgrades.
"$bin/stiefel" write-manual "$root/usr/share"
gzip -9n "$root/usr/share/man/man1/stiefel.1"
install -m 644 config-example.yaml "$root/usr/share/doc/stiefel/"
{ sed "s/@LICENCE@/$licence/" eng/package/copyright; sed '1d; s/^/ /' eng/package/licence; } >"$root/usr/share/doc/stiefel/copyright"
python3 eng/package/sbom.py "$version" "$(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)" eng/package/licence src/*/obj <"$ramdisk/programs.json" >"$root/usr/share/doc/stiefel/sbom.spdx.json"
for place in postinst.d postrm.d; do install -m 755 eng/package/hooks/zz-stiefel "$root/etc/kernel/$place/"; done
find "$root" -type d -exec chmod 755 {} +
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

if [ -z "$trial" ]; then
  # Make a tarball of what is the same on every system, with the hooks of other package managers.
  mkdir "$package/tarball"
  cp -a "$root/usr" "$package/tarball/"
  install -D -m 755 eng/package/hooks/95-stiefel.install "$package/tarball/usr/lib/kernel/install.d/95-stiefel.install"
  install -D -m 644 eng/package/hooks/95-stiefel.hook "$package/tarball/usr/share/libalpm/hooks/95-stiefel.hook"
  find "$package/tarball" -type d -exec chmod 755 {} +
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$package/tarball" -c usr | gzip -9n >"$package/stiefel-$version-linux-x64.tar.gz"
  rm -rf "$package/tarball"

  # Fill version, checksum and licence into the recipes for other distributions (eng/package/recipes).
  sum=$(sha256sum "$package/stiefel-$version-linux-x64.tar.gz" | cut -d' ' -f1)
  for recipe in PKGBUILD stiefel.install stiefel.spec stiefel-bin.ebuild; do
    sed -e "s/@VERSION@/$version/g" -e "s/@SHA256@/$sum/g" -e "s/@LICENCE@/$licence/g" -e "s/@LICENCE_OF_GENTOO@/${licence#LicenseRef-}/g" "eng/package/recipes/$recipe" >"$package/$recipe"
  done
  mv "$package/stiefel-bin.ebuild" "$package/stiefel-bin-$version.ebuild"
fi

# dpkg-shlibdeps expects a source package.
mkdir -p "$package/shlibs/debian"
printf 'Source: stiefel\n\nPackage: stiefel\nArchitecture: amd64\n' >"$package/shlibs/debian/control"
libraries=$(cd "$package/shlibs" && dpkg-shlibdeps -O ../root/usr/bin/stiefel ../root/usr/bin/stiefel-server 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
rm -rf "$package/shlibs"
[ -n "$libraries" ] || { echo "dpkg-shlibdeps did not list the libraries of the programs" >&2; exit 1; }
mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<CONTROL
Package: stiefel
Version: $version
Architecture: amd64
Maintainer: Stiefel maintainers <stiefel@localhost>
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)
Depends: $libraries, libssl3t64 | libssl3, kmod, squashfs-tools, xz-utils, zstd
Recommends: mtools, syslinux, syslinux-common, systemd-boot-efi
Suggests: mmdebstrap, qemu-system-x86
Section: admin
Priority: optional
Description: boot a desktop from this laptop's own disk, over a cable
 The laptop leaves its system for a small ramdisk and serves its disk; a desktop
 that was started from a stick boots the laptop's system from it. After the
 installation, "stiefel setup-server-os" sets the laptop up.
CONTROL
install -m 755 eng/package/deb/{postinst,prerm,postrm} "$root/DEBIAN/"
install -m 644 eng/package/deb/{triggers,conffiles} "$root/DEBIAN/"
(cd "$root" && find usr etc -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod 644 "$root/DEBIAN/md5sums" "$root/DEBIAN/control"
if [ -n "$trial" ]; then
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$root" "$trial" >/dev/null
  exit 0
fi
# Level 6 is enough, because the largest files are compressed already.
dpkg-deb --root-owner-group -Zxz -z6 --build "$root" "$package/stiefel_${version}_amd64.deb" >/dev/null
rm -rf "$root"
ls -l "$package" | awk 'NR > 1 { printf "%s  %.1f MB\n", $NF, $5 / 1e6 }'
