#!/usr/bin/env bash
# Feeds every reader of hostile bytes with INPUTS inputs each (default ten million) and prints one row per reader for docs/security.md.
# The same SEED gives the same inputs. Ten million take hours. --only TEXT runs only the readers whose name contains TEXT.
set -euo pipefail
. "$(dirname "$0")/prerequisites.sh"
usage="usage: eng/fuzz.sh [INPUTS [SEED]] [--only TEXT]"
only=
numbers=()
while [ $# -gt 0 ]; do
  case "$1" in
    --only) only=${2:?$usage}; shift ;;
    ''|*[!0-9]*) echo "$usage" >&2; exit 2 ;;
    *) numbers+=("$1") ;;
  esac
  shift
done
export STIEFEL_FUZZ_N=${numbers[0]:-10000000} STIEFEL_FUZZ_SEED=${numbers[1]:-4645}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cd "$root_of_checkout"
need_dotnet

# project, test, name of the reader
readers='
Protocol ProtocolFuzzTests.Datagram_Damaged_IsAnsweredOnlyIfGenuine datagrams: find, hello
Protocol ProtocolFuzzTests.Call_Damaged_IsHeardOnlyIfGenuine datagrams: challenge, wake
Protocol ProtocolFuzzTests.ClientHello_DamagedByStrangerOrHolder_IsASessionOrNone handshake: the client'\''s hello
Protocol ProtocolFuzzTests.ServerHello_Damaged_IsRefused handshake: the server'\''s hello
Protocol ProtocolFuzzTests.Manifest_FromAHolder_IsReadOrRefused manifest
Protocol ProtocolFuzzTests.SealedRequest_Damaged_IsNotOpened sealed request
Protocol ProtocolFuzzTests.Envelope_Damaged_GivesOnlyTrueBytes envelope
Protocol ProtocolFuzzTests.Notice_Damaged_IsNoneUnlessGenuine a laptop'\''s notice
Protocol ProtocolFuzzTests.SessionFile_Damaged_IsReadOrRefusedInOneLine session file
Linux DhcpFrameTests.Answer_Damaged_GivesALeaseThatACardCanHaveOrNone answer of a DHCP server
Server HostileKernelArgumentsTests.KernelCommandLine_Damaged_IsCutTheSameWayAgain kernel command line
Cli ConfigurationFileTests.Parse_DamagedFile_GivesAConfigurationOrProblemsForBoundedMemory config.yaml
BootFiles HostileLoaderTests.Grub_Damaged_IsHandledWithinItsBudget grub.cfg
BootFiles HostileLoaderTests.GrubEntry_Damaged_IsHandled BLS entry, read by GRUB'\''s blscfg
BootFiles HostileLoaderTests.GrubEnvironment_Damaged_IsHandled grubenv
BootFiles HostileLoaderTests.LoaderEntry_Damaged_IsHandled BLS entry
BootFiles HostileLoaderTests.LoaderConfiguration_Damaged_IsHandled loader.conf
BootFiles HostileLoaderTests.UnifiedImage_Damaged_IsHandled unified kernel image (UKI)
BootFiles HostileLoaderTests.UnifiedImageAddon_Damaged_IsHandled addon of a unified kernel image
BootFiles HostileLoaderTests.ThinImage_Damaged_IsHandled thin image, profiles
BootFiles AttributeCertificatesTests.Read_Damaged_IsHandled signatures of a kernel image
BootFiles HostileLoaderTests.Syslinux_Damaged_IsHandled syslinux.cfg
BootFiles HostileLoaderTests.Extlinux_Damaged_IsHandled extlinux.conf
BootFiles FirmwareProgramTests.LoadOption_Damaged_IsHandled entry of the firmware'\''s boot menu
BootFiles HostileLoaderTests.StiefelSystemJson_Damaged_IsHandled stiefelsystem.json
'
echo "building the tests …" >&2
for project in Protocol Linux BootFiles Server Cli; do
  dotnet build -v q "tests/Stiefel.$project.Tests" -c Release >/dev/null
done

failed=0
echo "| reader | inputs | seed | minutes | result |"
echo "|---|---|---|---|---|"
while read -r project test reader; do
  [ -n "$test" ] && case "$reader" in *"$only"*) ;; *) false ;; esac || continue
  started=$SECONDS log=$(mktemp) result=held
  if ! "tests/Stiefel.$project.Tests/bin/Release/net10.0/Stiefel.$project.Tests" -noColor -noLogo -method "*$test" >"$log" 2>&1 \
    || ! grep -q ' Total: [1-9]' "$log"; then
    result=FAILED failed=1
    tail -n 30 "$log" >&2
  fi
  rm -f "$log"
  printf '| %s | %d | %d | %d.%d | %s |\n' "$reader" "$STIEFEL_FUZZ_N" "$STIEFEL_FUZZ_SEED" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60 / 6)) "$result"
done <<<"$readers"
[ "$failed" = 0 ]
