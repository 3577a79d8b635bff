#!/usr/bin/env bash
# Publishes the native executables to artifacts/bin. Quick if nothing changed. --force publishes again; --built skips the Release build.
set -euo pipefail
. "$(dirname "$0")/prerequisites.sh"
cd "$root_of_checkout"
built=
case "${1:-}" in
  --force) rm -f artifacts/bin/.stamp ;;
  --built) built=1 ;;
  "") ;;
  *) echo "usage: eng/build.sh [--force|--built]    publishes stiefel, stiefel-server, stiefel-client, stiefel-attach to artifacts/bin" >&2; exit 2 ;;
esac
need_dotnet
need_packages build

stamp=$( { dotnet --version; find src Directory.*.props global.json -type f -not -path '*/bin/*' -not -path '*/obj/*' -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -d' ' -f1)
if [ "$(cat artifacts/bin/.stamp 2>/dev/null)" = "$stamp" ]; then
  echo "artifacts/bin is up to date"
  exit 0
fi

mkdir -p artifacts/bin artifacts/log
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Build everything once first: only the native compilers that follow may run in parallel.
if [ -z "$built" ] && ! dotnet build eng/programs.slnf -c Release >artifacts/log/build.log 2>&1; then
  grep -E 'error|warning' artifacts/log/build.log | sort -u | head -n 20 >&2
  echo "The build failed; its whole output is in artifacts/log/build.log." >&2
  exit 1
fi

publish() {
  local project=$1 started=$SECONDS log=artifacts/log/publish-$1.log out=artifacts/publish/$1 binary
  if ! dotnet publish "src/Stiefel.$project" -c Release --no-build -o "$out" >"$log" 2>&1; then
    grep -E 'error|warning' "$log" | sort -u | head -n 20 >&2
    echo "Publishing Stiefel.$project failed; the whole output is in $log." >&2
    return 1
  fi
  # Fail on warnings of the native compiler, which the C# compiler's settings do not cover.
  if grep -E 'warning (IL|AOT)[0-9]+|: IL[0-9]+:' "$log" >&2; then echo "Stiefel.$project publishes with warnings." >&2; return 1; fi
  binary=$(find "$out" -maxdepth 1 -name 'stiefel*' -type f -perm -u+x ! -name '*.dbg' ! -name '*.so')
  install -m 0755 "$binary" artifacts/bin/
  printf '%-16s %6.1f MB  %3d s\n' "$(basename "$binary")" "$(stat -c %s "$binary" | awk '{print $1/1e6}')" "$((SECONDS - started))"
}

# Run two at a time, because each uses a single core for half of its time. Start with the largest.
failed=0
publish Server & publish Client &
for next in Cli Attach; do wait -n || failed=1; publish "$next" & done
wait -n || failed=1
wait -n || failed=1
[ "$failed" = 0 ] || exit 1
echo "$stamp" >artifacts/bin/.stamp
