#!/usr/bin/env bash
# Measures the block server through a cable of 1, 2.5 and 10 Gbit/s and one without a bound, MTU 1500 and 9000, beside one raw TCP connection in the
# same run. The cable is a veth pair between two network namespaces, shaped at both ends; nothing else is on it. With --connections '1 4' the same number of
# requests is also spread over four connections.
# Exits 1 if the block server carries less than 0.95 of raw TCP at 1 and 2.5 Gbit/s, or 0.9 at 10.
set -euo pipefail
. "$(dirname "$0")/../eng/prerequisites.sh"
usage="usage: bench/link.sh [--seconds N (3)] [--rounds N (3)] [--rates 'MBIT …' (1000 2500 10000 0, which is unbounded)] [--mtus 'N …' (1500 9000)] [--connections 'N …' (1)] [--bin DIRECTORY (built anew)] [--json FILE]"
arguments=("$@") seconds=3 rounds=3 rates='1000 2500 10000 0' mtus='1500 9000' connections=1 bin='' json=''
while [ $# -gt 0 ]; do
  case $1 in
    --help) echo "$usage"; exit 0 ;;
    --seconds | --rounds | --rates | --mtus | --connections | --bin | --json) printf -v "${1#--}" %s "${2:?$1 needs a value}"; shift 2 ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "${arguments[@]}"   # name spaces and shaping need it
need_packages build bench
[ -n "$bin" ] || { "$root_of_checkout/eng/build.sh"; bin=$root_of_checkout/artifacts/bin; }

laptop=stiefel-bench-laptop-$$ desktop=stiefel-bench-desktop-$$ address=10.255.61.1 work=$(mktemp -d /dev/shm/stiefel-link-XXXXXX)
servers=()
finish() {
  [ ${#servers[@]} -eq 0 ] || { kill "${servers[@]}"; wait "${servers[@]}" || true; } 2>>"$work/end.log"
  ip netns delete "$laptop"
  ip netns delete "$desktop"
  rm -r "$work"
}
ip netns add "$laptop"
ip netns add "$desktop"
trap finish EXIT
on_laptop() { ip netns exec "$laptop" "$@"; }
on_desktop() { ip netns exec "$desktop" "$@"; }

# As a payload's link is: no congestion control that paces.
for space in "$laptop" "$desktop"; do
  ip netns exec "$space" sysctl -qw net.ipv4.tcp_congestion_control=cubic 2>>"$work/sysctl.log" || ip netns exec "$space" sysctl -qw net.ipv4.tcp_congestion_control=reno
done
ip -n "$laptop" link add cable type veth peer name cable netns "$desktop"
ip -n "$laptop" address add "$address/30" dev cable
ip -n "$desktop" address add 10.255.61.2/30 dev cable
ip -n "$laptop" link set cable up
ip -n "$desktop" link set cable up

head -c 512M /dev/zero >"$work/disk"
wait_for() { for ((i = 0; i < 300; i++)); do grep -q "$2" "$1" && return; sleep 0.1; done; cat "$1" >&2; return 1; }
start() { local log=$work/$1.log; shift; on_laptop "$@" >"$log" 2>&1 & servers+=($!); }
start server "$bin/stiefel-server" --Disk:Path "$work/disk" --Nbd:Access open --Nbd:AllowOpenOnNetwork true --Nbd:ExportName x --Nbd:Listen "$address:10809" --State:Directory "$work"
start raw python3 "$root_of_checkout/bench/raw-tcp.py" serve "$address" 10810
wait_for "$work/server.log" 'phase serving'
wait_for "$work/raw.log" ready

# shape MBIT MTU
shape() {
  local space burst
  for space in "$laptop" "$desktop"; do
    ip -n "$space" link set cable mtu "$2"
    ip netns exec "$space" tc qdisc del dev cable root 2>>"$work/tc.log" || true
    if [ "$1" != 0 ]; then
      burst=$(($1 * 125))   # a millisecond's
      [ "$burst" -ge 131072 ] || burst=131072
      ip netns exec "$space" tc qdisc add dev cable root tbf rate "$1mbit" burst "$burst" limit $((burst * 8))
    fi
  done
}
raw() { on_desktop python3 "$root_of_checkout/bench/raw-tcp.py" "$1" "$address" 10810 "$seconds"; }
# nbd read|write|ask CONNECTIONS: as a payload's kernel asks, 16 requests at once, or one of 4 KiB at a time, from its sending to its answer.
nbd() {
  local how
  case $1 in
    ask) how='--rw=randread --bs=4k --iodepth=1' ;;
    *) how="--rw=$1 --bs=512k --iodepth=$((16 / $2)) --numjobs=$2 --group_reporting" ;;
  esac
  # shellcheck disable=SC2086 # the words of $how are options of their own
  on_desktop fio --name=x --ioengine=nbd --uri="nbd://$address/x" --thread --time_based --runtime="$seconds" --lat_percentiles=1 --output-format=json $how >"$work/fio.json"
  python3 - "$1" "$work/fio.json" <<'PYTHON'
import json, sys
text = open(sys.argv[2]).read()
job = json.loads(text[text.index("{"):])["jobs"][0]
part = job["write" if sys.argv[1] == "write" else "read"]
print(round(part["lat_ns"]["percentile"]["50.000000"] / 1e3 if sys.argv[1] == "ask" else part["bw_bytes"]))
PYTHON
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

kinds=''
for count in $connections; do kinds+="read:$count write:$count "; done
kinds+=ask:1
failed=0 rows=()
printf '%-10s %5s %-9s %12s %12s %7s\n' 'cable' 'MTU' 'what' 'raw TCP' 'NBD' 'ratio'
for rate in $rates; do
  for mtu in $mtus; do
    shape "$rate" "$mtu"
    for kind in $kinds; do
      what=${kind%:*} count=${kind#*:} raws=() nbds=()
      for ((round = 0; round < rounds; round++)); do
        raws+=("$(raw "$what")")
        nbds+=("$(nbd "$what" "$count")")
      done
      cell=$(python3 - "$rate" "$mtu" "$what" "$(median "${raws[@]}")" "$(median "${nbds[@]}")" "$count" <<'PYTHON'
import sys
rate, mtu, what, raw, nbd, count = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6])
unit, scale = ("µs", 1) if what == "ask" else ("MB/s", 1e6)
wanted = {1000: 0.95, 2500: 0.95, 10000: 0.9}.get(rate, 0) if what != "ask" else 0
cable = f"{rate / 1000:g} Gbit/s" if rate else "unbounded"
what += f" ×{count}" if count > 1 else ""
print(f"{cable:10} {mtu:>5} {what:9} {raw / scale:7.0f} {unit:>4} {nbd / scale:7.0f} {unit:>4} {nbd / raw:7.2f}{'  too little' if nbd / raw < wanted else ''}")
PYTHON
      )
      echo "$cell"
      [[ $cell != *'too little' ]] || failed=1
      rows+=("{\"mbit\":$rate,\"mtu\":$mtu,\"what\":\"$what\",\"connections\":$count,\"raw\":$(median "${raws[@]}"),\"nbd\":$(median "${nbds[@]}")}")
    done
  done
done
[ -z "$json" ] || (IFS=,; echo "[${rows[*]}]" >"$json")
exit $failed
