#!/usr/bin/env bash
# Measures how many milliseconds stiefel-server takes from its start to its first HTTP answer, and to the status page. Each round starts a new
# process, whose file is already in memory as in the ramdisk. --rounds N (11). Uses the programs in STIEFEL_BIN if set.
# Exits with 1 if the median of the first answer is over 100 ms.
set -euo pipefail
. "$(dirname "$0")/../eng/prerequisites.sh"
rounds=11
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    *) echo "usage: bench/first-answer.sh [--rounds N]" >&2; exit 2 ;;
  esac
done
[ -n "${STIEFEL_BIN:-}" ] || { need_packages build; "$root_of_checkout/eng/build.sh"; }
bin=${STIEFEL_BIN:-$root_of_checkout/artifacts/bin} work=$(mktemp -d /var/tmp/stiefel-answer-XXXXXX)
trap 'rm -rf "$work"' EXIT
(umask 077; "$bin/stiefel" key new bench --directory "$work/keys" >"$work/key.log")
truncate -s 64M "$work/disk.img"
head -c 1000000 /dev/urandom >"$work/kernel"
head -c 1000000 /dev/urandom >"$work/initrd"
python3 - "$bin/stiefel-server" "$work" "$rounds" <<'END'
import http.client, os, socket, statistics, subprocess, sys, time

server, work, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

def measure():
    ports = [free_port() for _ in range(3)]
    command = [server, "--Disk:Path", f"{work}/disk.img", "--Boot:Kernel", f"{work}/kernel", "--Boot:Initrd", f"{work}/initrd", "--Boot:CommandLine", "x", "--Keys:Directory", f"{work}/keys",
               "--State:Directory", f"{work}/state", "--State:Keeper", "none", "--Link:Protection", "none", "--Discovery:Port", "0",
               "--Http:Listen", f"127.0.0.1:{ports[0]}", "--Admin:Listen", f"127.0.0.1:{ports[1]}", "--Nbd:Listen", f"127.0.0.1:{ports[2]}"]
    with open(f"{work}/server.log", "w") as log:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            answer = ask(process, ports[0], "/", began)
            processor = processor_of(process.pid)
            page = ask(process, ports[1], "/", began)
            return answer, page, processor
        finally:
            process.terminate()
            process.wait(20)

# man 5 proc_pid_stat, fields 14 and 15: what other work of the machine does not change much.
def processor_of(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

def ask(process, port, path, began):
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "localhost", "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                sys.exit(f"status {answer.status}")
            return (time.monotonic() - began) * 1000
        except ConnectionError:
            if process.poll() is not None:
                sys.exit(open(f"{work}/server.log").read())
            time.sleep(0.0005)
        finally:
            connection.close()

measure()  # the program's file is in memory from now on
figures = [measure() for _ in range(rounds)]
first, page, processor = (statistics.median(column) for column in zip(*figures))
print(f"first HTTP answer after {first:.0f} ms (fastest {min(f[0] for f in figures):.0f}, slowest {max(f[0] for f in figures):.0f}), of which {processor:.0f} ms of processor; the status page after {page:.0f} ms; median of {rounds} starts, wanted at most 100 ms")
sys.exit(first > 100)
END
