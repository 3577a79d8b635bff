#!/usr/bin/env bash
# Boots a virtual desktop from a virtual laptop's disk, over a virtual cable. Touches nothing outside the two machines.
# Options go to `stiefel demo`: --json FILE, --firmware direct|bios|uefi, --payload initramfs-tools|dracut, --keep; see --help.
set -euo pipefail
caller=$PWD
. "$(dirname "$0")/prerequisites.sh"
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "$@"
need_packages machine
"$root_of_checkout/eng/build.sh"
cd "$caller"
exec "$root_of_checkout/artifacts/bin/stiefel" demo "$@"
