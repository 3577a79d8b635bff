#!/usr/bin/env bash
# Runs every test. --quick leaves out the virtual machines. Ends in "N passed, N failed".
set -uo pipefail
. "$(dirname "$0")/prerequisites.sh"
quick=
case "${1:-}" in
  --quick) quick=1 ;;
  "") ;;
  *) echo "usage: eng/test.sh [--quick]" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "$@"   # namespaces, loop devices and mounts need it
cd "$root_of_checkout"
need_dotnet
need_packages build machine test
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

eng/build.sh || { echo "0 passed, 1 failed"; exit 1; }
mkdir -p artifacts/log
echo "building the tests …"
if ! dotnet build Stiefel.sln -c Debug >artifacts/log/build.log 2>&1; then
  grep -E 'error' artifacts/log/build.log | sort -u | head -n 20
  echo "0 passed, 1 failed"; exit 1
fi

passed=0 failed=0
for project in tests/*/; do
  name=$(basename "$project") started=$SECONDS log=artifacts/log/$(basename "$project").log
  arguments=(-noColor -noLogo -failSkips)
  [ -n "$quick" ] && arguments+=(-trait- Needs=machines)
  echo "== $name"
  STIEFEL_BIN=$root_of_checkout/artifacts/bin timeout --foreground -k 30 3600 \
    "$project/bin/Debug/net10.0/$name" "${arguments[@]}" >"$log" 2>&1
  code=$? total= bad=
  read -r total bad < <(awk '/ Total: [0-9]+, Errors:/ { gsub(/,/, ""); for (i = 1; i < NF; i++) { if ($i == "Total:") t = $(i + 1); if ($i == "Errors:") e = $(i + 1); if ($i == "Failed:") f = $(i + 1); if ($i == "Skipped:") s = $(i + 1) } print t, e + f + s; exit }' "$log")
  if [ -z "$total" ]; then total=1 bad=1; fi          # no summary: it crashed or hung
  if [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + total - bad)) failed=$((failed + bad))
  printf '   %d passed, %d failed in %d s\n' "$((total - bad))" "$bad" "$((SECONDS - started))"
  [ "$bad" = 0 ] || { grep -vE '^ *(Discover|Start|Finish)' "$log" | tail -n 80; echo "   the whole output is in $log"; }
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
