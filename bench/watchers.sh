#!/usr/bin/env bash
# Measures the cost of clients that watch events for the block server: 4 KiB random reads at depth 32 with no and with 100 watchers, alternating,
# while another client connects and disconnects all the time, which makes two events each time. --rounds N (5). Uses the programs in STIEFEL_BIN if set.
set -euo pipefail
. "$(dirname "$0")/../eng/prerequisites.sh"
rounds=5 watchers=100
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    *) echo "usage: bench/watchers.sh [--rounds N]" >&2; exit 2 ;;
  esac
done
need_packages test
[ -n "${STIEFEL_BIN:-}" ] || { need_packages build; "$root_of_checkout/eng/build.sh"; }
bin=${STIEFEL_BIN:-$root_of_checkout/artifacts/bin} work=$(mktemp -d /var/tmp/stiefel-watchers-XXXXXX)
pids=()
trap '[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT

(umask 077; "$bin/stiefel" key new bench --directory "$work/keys" >"$work/key.log")
truncate -s 256M "$work/disk.img"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
nbd=$(free_port) admin=$(free_port)
"$bin/stiefel-server" --Disk:Path "$work/disk.img" --Nbd:Access open --Nbd:ExportName x --Nbd:Listen "127.0.0.1:$nbd" --Admin:Listen "127.0.0.1:$admin" \
  --Keys:Directory "$work/keys" --State:Directory "$work/state" >"$work/server.log" 2>&1 &
pids+=($!)
(umask 077; printf 'header = "Authorization: Bearer %s"\n' "$("$bin/stiefel" key token --directory "$work/keys")" >"$work/curl.conf")
until curl -sf "http://127.0.0.1:$admin/healthz" >/dev/null; do kill -0 "${pids[0]}" || { cat "$work/server.log" >&2; exit 1; }; sleep 0.1; done
(while :; do nbdinfo --size "nbd://127.0.0.1:$nbd/x" >/dev/null 2>&1 || true; sleep 0.1; done) &
pids+=($!)

reads() {
  fio --name=r --thread --ioengine=nbd --uri="nbd://127.0.0.1:$nbd/x" --rw=randread --bs=4k --iodepth=32 --size=256M --time_based --runtime=5 --output-format=json --output="$work/fio.json" >"$work/fio.log" 2>&1 || { cat "$work/fio.log" >&2; exit 1; }
  python3 -c 'import json, sys; text = open(sys.argv[1]).read(); print(round(json.loads(text[text.index("{"):])["jobs"][0]["read"]["iops"]))' "$work/fio.json"
}

for ((round = 1; round <= rounds; round++)); do
  alone=$(reads)
  watching=()
  for ((i = 0; i < watchers; i++)); do
    curl -sN -K "$work/curl.conf" "http://127.0.0.1:$admin/api/v1/events" -o "$work/watched.$i" &
    watching+=($!)
  done
  # A watcher's file exists once the server has answered it.
  until [ "$(find "$work" -name 'watched.*' -size +0 | wc -l)" -eq "$watchers" ]; do sleep 0.1; done
  watched=$(reads)
  kill "${watching[@]}"
  wait "${watching[@]}" 2>/dev/null || true
  rm -f "$work"/watched.*
  echo "$alone $watched" | tee -a "$work/figures" | awk -v r="$round" '{ printf "round %d: %d IOPS alone, %d with the watchers\n", r, $1, $2 }'
done
python3 - "$work/figures" <<'END'
import statistics, sys
rows = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
alone, watched = (statistics.median(column) for column in zip(*rows))
spread = (max(a for a, _ in rows) - min(a for a, _ in rows)) / alone
print(f"median: {alone:.0f} alone, {watched:.0f} watched by 100: {watched / alone:.2f}; without watchers alone the rounds differ by {spread:.2f}")
END
