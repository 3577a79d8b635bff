#!/usr/bin/env bash
# Measures how long the server ramdisk takes from the kernel's first instruction to "serving", compared with the same kernel that reaches a
# shell in an initramfs with busybox only, alternating in the same virtual machine. --json FILE writes the figures, --rounds N (5).
set -euo pipefail
. "$(dirname "$0")/../eng/prerequisites.sh"
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "$@"
json= rounds=5
while [ $# -gt 0 ]; do
  case $1 in
    --json) json=${2:?--json needs a file}; shift 2 ;;
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    *) echo "usage: bench/start.sh [--json FILE] [--rounds N]" >&2; exit 2 ;;
  esac
done
need_packages build machine bench
"$root_of_checkout/eng/build.sh"
bin=$root_of_checkout/artifacts/bin work=$(mktemp -d /var/tmp/stiefel-start-XXXXXX)
trap 'rm -rf "$work"' EXIT

"$bin/stiefel" create-initrd --out "$work/ramdisk" >"$work/create.log" || { cat "$work/create.log" >&2; exit 1; }
kernel=$work/ramdisk/stiefel-vmlinuz
(umask 077; "$bin/stiefel" key new bench --directory "$work/etc/stiefel/keys" >"$work/key.log")
cp "$work/ramdisk/stiefel-initrd.img" "$work/server.img"
truncate -s %4 "$work/server.img"
(cd "$work" && find etc | cpio --quiet -o -H newc) >>"$work/server.img"
mkdir -p "$work/empty/proc"
cp /bin/busybox "$work/empty/busybox"
printf '#!/busybox sh\necho "a shell: ready"\nexec /busybox sh\n' >"$work/empty/init"
chmod +x "$work/empty/init"
(cd "$work/empty" && find . | cpio --quiet -o -H newc | zstd -q -19) >"$work/empty.img"
truncate -s 64M "$work/disk.img"

# start INITRD ARGUMENTS MARKER: prints milliseconds from the kernel's start until the marker is on the console.
# The kernel's time stamps count from its start, so the first stamped line, seen when it is printed, tells when the kernel started.
start() {
  local line now begin= took= qemu
  coproc machine { exec timeout -k 5 240 qemu-system-x86_64 -accel tcg,thread=multi -machine q35 -cpu max -smp 2 -m 1024 -nodefaults \
    -display none -serial stdio -no-reboot -kernel "$kernel" -initrd "$1" -append "console=ttyS0,115200 loglevel=7 $2" \
    -drive "if=none,id=d,format=raw,cache=unsafe,file=$work/disk.img" -device virtio-blk-pci,drive=d \
    -netdev hubport,id=n,hubid=0 -device virtio-net-pci,netdev=n,romfile= 2>>"$work/qemu.log"; }
  qemu=$machine_PID
  while IFS= read -r line <&"${machine[0]}"; do
    now=${EPOCHREALTIME/./}
    if [[ -z $begin && $line =~ ^\[\ *([0-9]+)\.([0-9]{6})\].*console\ \[ttyS0\]\ enabled ]]; then
      begin=$((now - 10#${BASH_REMATCH[1]}${BASH_REMATCH[2]}))
    elif [[ -n $begin && $line == *"$3"* ]]; then
      took=$(((now - begin) / 1000))
      break
    fi
  done
  kill "$qemu" 2>>"$work/qemu.log" || true
  wait "$qemu" || true
  [ -n "$took" ] || { echo "bench/start.sh: \`$3\` never appeared on the console; QEMU's messages: $(cat "$work/qemu.log")" >&2; return 1; }
  echo "$took"
}

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

empty=() serving=()
for ((round = 1; round <= rounds; round++)); do
  empty+=("$(start "$work/empty.img" "" "a shell: ready")")
  serving+=("$(start "$work/server.img" "stiefel_role=server stiefel_bootdisk=/dev/vda" "stiefel: phase serving")")
  echo "round $round: empty busybox initramfs ${empty[-1]} ms, serving ${serving[-1]} ms"
done
base=$(median "${empty[@]}") ours=$(median "${serving[@]}")
ratio=$(awk "BEGIN { printf \"%.2f\", $ours / $base }")
echo "median: empty busybox initramfs $base ms, serving $ours ms, ratio $ratio (goal: at most 1.5)"
if [ -n "$json" ]; then
  printf '{"emptyMs": %d, "servingMs": %d, "ratio": %s, "rounds": %d, "load": "%s"}\n' "$base" "$ours" "$ratio" "$rounds" "$(cut -d' ' -f1-3 /proc/loadavg)" >"$json"
fi
