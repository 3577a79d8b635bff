#!/usr/bin/env bash
# Measures sealing, opening and the transfer of an initrd, sealed and in plain HTTP, in one run. --help lists the options.
set -euo pipefail
. "$(dirname "$0")/../eng/prerequisites.sh"
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "$@"   # the rows for slow cables need it
need_dotnet
need_packages build test
mkdir -p "$root_of_checkout/artifacts/log"
dotnet publish "$root_of_checkout/bench/Stiefel.EnvelopeBench" -c Release -o "$root_of_checkout/artifacts/envelope-bench" >"$root_of_checkout/artifacts/log/publish-envelope-bench.log" 2>&1 \
  || { grep -E 'error' "$root_of_checkout/artifacts/log/publish-envelope-bench.log" | sort -u | head >&2; exit 1; }
exec "$root_of_checkout/artifacts/envelope-bench/stiefel-envelope-bench" --old-way "$root_of_checkout/bench/old-envelope.py" "$@"
