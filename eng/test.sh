#!/usr/bin/env bash
# Runs every test. --quick leaves out the virtual machines. --long adds the tests with the trait Needs=long, and keeps all output in one log.
# --timings names the twenty slowest. Ends in "N passed, N failed".
set -uo pipefail
. "$(dirname "$0")/prerequisites.sh"
quick= long= timings=
for option; do
  case "$option" in
    --quick) quick=1 ;;
    --long) long=1 ;;
    --timings) timings=1 ;;
    *) echo "usage: eng/test.sh [--quick|--long] [--timings]" >&2; exit 2 ;;
  esac
done
[ -z "$quick" ] || [ -z "$long" ] || { echo "usage: eng/test.sh [--quick|--long] [--timings]" >&2; exit 2; }
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "$@"   # namespaces, loop devices and mounts need it
cd "$root_of_checkout"
need_dotnet
need_packages build machine test package
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 STIEFEL_BIN=$root_of_checkout/artifacts/bin
trap 'running=$(jobs -p); [ -z "$running" ] || kill $running 2>/dev/null' EXIT

logs=artifacts/log beside=3
mkdir -p "$logs"
rm -f "$logs"/Stiefel.*.log "$logs"/Stiefel.*.xml

# Times a fixed piece of work: time-outs of tests are this many times as long on a machine that is slow, or busy with something else.
measure_time_scale() {
  local started=${EPOCHREALTIME/./} i=0
  while ((i < 400000)); do ((i += 1)); done
  echo $(((${EPOCHREALTIME/./} - started) / 500000 + 1))
}

declare -A project_of=() options_of=() pid_of=() code_of=()
order=()    # the order of printing
waiting=()  # the projects that are ready to run, in this order
printed=0 passed=0 failed=0

# add NAME PROJECT OPTIONS…
add() { order+=("$1"); project_of[$1]=$2; options_of[$1]=${*:3}; }

start() {
  local name=$1 project=${project_of[$1]} limit=$((450 * STIEFEL_TIME_SCALE))
  case "$name" in *.machines) limit=$((1800 * STIEFEL_TIME_SCALE)) ;; esac
  [ -z "$long" ] || limit=14400
  # Run each project in its own mount namespace: otherwise `ip netns exec` would copy the mounts of another project and keep their devices busy. Its
  # names of network namespaces are its own, too: ip fails on names that others have left or whose mounts it does not see.
  # shellcheck disable=SC2086,SC2016
  timeout -k 30 "$limit" unshare --mount sh -c 'mkdir -p /run/netns && mount -t tmpfs -o mode=0755 netns /run/netns && exec "$@"' own \
    "tests/$project/bin/Release/net10.0/$project" -noColor -noLogo -failSkips $without ${options_of[$name]} \
    -result-xml "$logs/$name.xml" >"$logs/$name.log" 2>&1 &
  pid_of[$name]=$!
}

# finish PID CODE: records the exit code of the project that has ended.
finish() {
  local name
  for name in "${!pid_of[@]}"; do
    if [ "${pid_of[$name]}" = "$1" ]; then code_of[$name]=$2; unset "pid_of[$name]"; return; fi
  done
}

# Prints one block for each project that has ended, in the order of the list.
print() {
  local name log code total bad seconds
  while [ "$printed" -lt ${#order[@]} ] && [ -n "${code_of[${order[$printed]}]:-}" ]; do
    name=${order[$printed]} log=$logs/${order[$printed]}.log code=${code_of[${order[$printed]}]} total= bad= seconds=
    printed=$((printed + 1))
    read -r total bad seconds < <(awk '/ Total: [0-9]+, Errors:/ { gsub(/,/, ""); for (i = 1; i < NF; i++) v[$i] = $(i + 1); print v["Total:"], v["Errors:"] + v["Failed:"] + v["Skipped:"], int(v["Time:"] + 0.5); exit }' "$log")
    if [ -z "$total" ]; then total=1 bad=1 seconds=; fi   # no summary: it crashed or hung
    if [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    passed=$((passed + total - bad)) failed=$((failed + bad))
    printf '== %s\n   %d passed, %d failed%s\n' "$name" "$((total - bad))" "$bad" "${seconds:+ in $seconds s}"
    [ "$bad" = 0 ] || { grep -vE '^ *(Discover|Start|Finish)' "$log" | tail -n 80; echo "   exit code $code; the whole output is in $log"; }
  done
}

finish_run() {
  if [ -n "$timings" ]; then
    echo "the slowest tests, in seconds:"
    grep -oh '<test [^>]*' "$logs"/Stiefel.*.xml | sed -E 's/.* name="([^"]*)".* time="([^"]*)".*/\2 \1/; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' |
      sort -rn | head -n 20 | while read -r seconds test; do printf '%8.1f  %s\n' "$seconds" "$test"; done
  fi
  if [ -n "$long" ]; then
    tail -n +1 "$logs"/Stiefel.*.log >"$logs/long.log"
    echo "the output of all tests is in $logs/long.log"
  fi
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

export STIEFEL_TIME_SCALE=${STIEFEL_TIME_SCALE:-$(measure_time_scale)}
without=; [ -n "$long" ] || without="-trait- Needs=long"

echo "building …"
# Share one warm compiler process: it takes half the time of a new one for each project.
if ! UseSharedCompilation=true dotnet build Stiefel.sln -c Release >$logs/build.log 2>&1; then
  grep -E 'error' $logs/build.log | sort -u | head -n 20
  echo "0 passed, 1 failed"; exit 1
fi

# Start the largest projects first; the results are printed in alphabetical order.
for path in tests/*/; do
  name=$(basename "$path")
  if [ "$name" != Stiefel.EndToEnd ]; then add "$name" "$name"; fi
done
for name in Stiefel.Server.Tests Stiefel.BootFiles.Tests "${order[@]}"; do
  case " ${waiting[*]} " in *" $name "*) ;; *) waiting+=("$name") ;; esac
done
# The tests of the published programs: each makes its own network, so they can run in parallel. Run two scenarios of machines at a time, because one
# leaves a third of two processors idle while its laptop waits for its desktop.
add Stiefel.EndToEnd Stiefel.EndToEnd -trait- Needs=machines -parallelMode collections
[ -n "$quick" ] || add Stiefel.EndToEnd.machines Stiefel.EndToEnd -trait Needs=machines -parallelMode collections -maxThreads 2

# Publish while the other tests run: publishing is bound by the processors, while tests mostly wait. The machines start together with the last of the
# other projects, that of the programs, which mostly waits.
machines=Stiefel.EndToEnd.machines
[ -n "${project_of[$machines]:-}" ] || machines=
eng/build.sh --built >$logs/publish.log 2>&1 & publishing=$!
while [ ${#waiting[@]} -gt 0 ] || [ ${#pid_of[@]} -gt 0 ] || [ -n "$publishing" ] || [ -n "$machines" ]; do
  while [ ${#waiting[@]} -gt 0 ] && [ ${#pid_of[@]} -lt $beside ]; do start "${waiting[0]}"; waiting=("${waiting[@]:1}"); done
  if [ -n "$machines" ] && [ -z "$publishing" ] && [ ${#waiting[@]} = 0 ] && [ ${#pid_of[@]} -lt 2 ]; then
    [ -n "${code_of[$machines]:-}" ] || start "$machines"
    machines=
    continue
  fi
  wait -n -p ended; code=$?
  if [ "$ended" = "$publishing" ]; then
    publishing=
    if [ "$code" = 0 ]; then
      waiting=(Stiefel.EndToEnd "${waiting[@]}")
    else
      for name in "${order[@]}"; do
        case "$name" in Stiefel.EndToEnd*) code_of[$name]=$code; cp $logs/publish.log "$logs/$name.log" ;; esac
      done
    fi
    cat $logs/publish.log
  else
    finish "$ended" "$code"
  fi
  print
done
finish_run
