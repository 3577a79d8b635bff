#!/usr/bin/env bash
# Publishes the native executables to artifacts/bin. Quick when nothing changed. --force publishes again.
set -euo pipefail
. "$(dirname "$0")/prerequisites.sh"
cd "$root_of_checkout"
case "${1:-}" in
  --force) rm -f artifacts/bin/.stamp ;;
  "") ;;
  *) echo "usage: eng/build.sh [--force]    publishes stiefel, stiefel-server, stiefel-client, stiefel-attach to artifacts/bin" >&2; exit 2 ;;
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
for project in Attach Client Server Cli; do
  started=$SECONDS log=artifacts/log/publish-$project.log out=artifacts/publish/$project
  if ! dotnet publish "src/Stiefel.$project" -c Release -o "$out" >"$log" 2>&1; then
    grep -E 'error|warning' "$log" | sort -u | head -n 20 >&2
    echo "Stiefel.$project does not publish; the whole output is in $log." >&2
    exit 1
  fi
  # Warnings of the native compiler are not errors of the C# compiler: none is let pass.
  if grep -E 'warning (IL|AOT)[0-9]+|: IL[0-9]+:' "$log" >&2; then echo "Stiefel.$project publishes with warnings." >&2; exit 1; fi
  binary=$(find "$out" -maxdepth 1 -name 'stiefel*' -type f -perm -u+x ! -name '*.dbg' ! -name '*.so')
  install -m 0755 "$binary" artifacts/bin/
  printf '%-16s %6.1f MB  %3d s\n' "$(basename "$binary")" "$(stat -c %s "$binary" | awk '{print $1/1e6}')" "$((SECONDS - started))"
done
echo "$stamp" >artifacts/bin/.stamp
