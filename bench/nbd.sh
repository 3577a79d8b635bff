#!/usr/bin/env bash
# Measures the block server beside nbdkit, qemu-nbd, nbd-server and a limit server, in one run. --help lists the options.
set -euo pipefail
. "$(dirname "$0")/../eng/prerequisites.sh"
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "$@"   # a cold cache needs it
need_dotnet
need_packages build bench
"$root_of_checkout/eng/build.sh"
mkdir -p "$root_of_checkout/artifacts/log"
dotnet publish "$root_of_checkout/bench/Stiefel.Bench" -c Release -o "$root_of_checkout/artifacts/bench" >"$root_of_checkout/artifacts/log/publish-bench.log" 2>&1 \
  || { grep -E 'error' "$root_of_checkout/artifacts/log/publish-bench.log" | sort -u | head >&2; exit 1; }

# Use a separate network, so that all servers have the same congestion control and no other traffic interferes. Some systems do not
# allow cubic; reno always exists, and neither of them paces.
exec unshare --net sh -c 'ip link set lo up && { sysctl -qw net.ipv4.tcp_congestion_control=cubic 2>/dev/null \
  || sysctl -qw net.ipv4.tcp_congestion_control=reno; } && exec "$@"' sh \
  "$root_of_checkout/artifacts/bench/stiefel-bench" --bin "$root_of_checkout/artifacts/bin" "$@"
