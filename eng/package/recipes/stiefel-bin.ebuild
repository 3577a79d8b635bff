# Gentoo, of the tarball beside it, as stiefel-bin-@VERSION@.ebuild in an overlay.
EAPI=8
DESCRIPTION="Boot a desktop from this laptop's own disk, over a cable"
HOMEPAGE=""
SRC_URI="stiefel-@VERSION@-linux-x64.tar.gz"
LICENSE="@LICENCE_OF_GENTOO@"
SLOT="0"
KEYWORDS="-* ~amd64"
RESTRICT="fetch strip mirror"
RDEPEND="dev-libs/openssl sys-apps/kmod sys-fs/squashfs-tools[zstd] app-arch/xz-utils app-arch/zstd"
S="${WORKDIR}"
QA_PREBUILT="usr/bin/* usr/lib/stiefel/*"

src_install() {
    cp -a usr "${ED}/" || die
    rm -r "${ED}/usr/share/libalpm" || die
}

pkg_postinst() {
    [[ -n ${ROOT} ]] || "${EROOT}"/usr/bin/stiefel setup-server-os --update || ewarn "the ramdisk stays as it was"
}

pkg_prerm() {
    if [[ -z ${REPLACED_BY_VERSION} && -e ${EROOT}/var/lib/stiefel/setup.json ]]; then
        "${EROOT}"/usr/bin/stiefel setup-server-os --undo --keep-keys
    fi
}
