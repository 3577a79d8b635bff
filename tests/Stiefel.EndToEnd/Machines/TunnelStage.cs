using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Scenarios;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Both ends of a tunnel in one machine, made by shell functions: a laptop in a network namespace, and a desktop's agent in one that it makes.</summary>
internal static class TunnelStage
{
    public const string Laptop = "fe80::5";
    public const string Tunnel = "stiefel61571";

    /// <summary>The hardware addresses of the desktop's cards: of the cable, and of another one that not every test plugs in.</summary>
    public const string Mac = "02:00:00:00:00:20", OtherMac = "02:00:00:00:00:21";

    /// <summary>The laptop's address at the other cable.</summary>
    public const string OtherLaptop = "fe80::6";

    private const string DiskFile = "/dev/shm/disk.img";
    private const string HandIn = "/dev/sda";

    public static string ExportName { get; } = "s-" + new string('a', 52);

    /// <summary>Waits for the disk that was handed in, and makes its functions known to the shell.</summary>
    public static Task EnterAsync(ConsoleShell shell, CancellationToken token) => shell.RunAsync(
        $"until [ -b {HandIn} ]; do sleep 0.2; done; mkdir -p /run/hand-in /stiefel && mount -o ro {HandIn} /run/hand-in && . /run/hand-in/steps.sh", token);

    /// <summary>Fills the disk that is handed in: programs, key, the grant on record, the desktop's session, and the steps.</summary>
    public static async Task FillAsync(MachineParts parts, string directory, CancellationToken token, int? largestMtu = null, string? otherLinks = null)
    {
        foreach (var program in (string[])["stiefel-server", "stiefel-attach", "stiefel-client"])
        {
            File.Copy(NativeProcess.Binary(program), Path.Combine(directory, program));
        }

        var keyFile = parts.NewKey("stick");
        File.Copy(keyFile, Path.Combine(directory, "stick.key"));
        using var key = SharedKey.FromBytes(await File.ReadAllBytesAsync(keyFile, token), "stick");
        (var laptop, var desktop, var secret) = (TunnelKey.Generate(), TunnelKey.Generate(), TunnelKey.Generate());
        await File.WriteAllTextAsync(Path.Combine(directory, "grant.json"), $$"""
            {
              "session": "00112233445566778899aabbccddeeff", "exportName": "{{ExportName}}", "machine": "fe80::20", "disk": "{{DiskFile}}", "readOnly": false,
              "since": "2026-01-01T00:00:00+00:00", "snapshot": false, "key": "stick", "keyId": "{{DerivedCertificate.NameOf(key)}}", "boot": "@boot@", "medium": "@medium@", "mark": "@mark@",
              "tunnel": { "privateKey": "{{TunnelKey.Format(laptop)}}", "peerKey": "{{TunnelKey.Format(X25519.PublicKeyOf(desktop))}}", "presharedKey": "{{TunnelKey.Format(secret)}}", "port": 61571, "largestMtu": {{(largestMtu is { } most ? $"{most}" : "null")}} }
            }
            """, token);
        var session = new AttachSession
        {
            Mac = Mac,
            ServerAddress = Laptop,
            Port = 10809,
            ExportName = ExportName,
            LargestMtu = largestMtu,
            OtherLinks = otherLinks,
            Tunnel = new TunnelSession(61571, TunnelKey.Format(desktop), TunnelKey.Format(X25519.PublicKeyOf(laptop)), TunnelKey.Format(secret)),
        };
        await File.WriteAllTextAsync(Path.Combine(directory, "session"), session.Format(), token);
        await File.WriteAllTextAsync(Path.Combine(directory, "steps.sh"), Steps, token);
    }

    private const string Steps = $$"""
        laptop() { ip netns exec laptop "$@"; }
        desktop() { {{PayloadChecks.InLink}} "$@"; }
        plug() { ip link add desktop0 address {{Mac}} type veth peer name laptop0 netns laptop; }
        plug_other() {
            ip link add desktop1 address {{OtherMac}} type veth peer name laptop1 netns laptop
            ip -n laptop address add {{OtherLaptop}}/64 dev laptop1 nodad
            ip -n laptop link set laptop1 up
        }
        give_first() { ip -n laptop address add {{Laptop}}/64 dev laptop0 nodad; }
        milliseconds() { echo $(($(date +%s%N) / 1000000)); }
        longest() {
            most=0 until=$(($(milliseconds) + $1 * 1000))
            while before=$(milliseconds) && [ $before -lt $until ]; do
                dd if=/dev/nbd0 of=/dev/null bs=4k count=1 iflag=direct status=none || return 1
                took=$(($(milliseconds) - before))
                [ $took -le $most ] || most=$took
            done
            echo "longest $most"
        }
        plug_switch() {
            ip netns add switch
            ip -n switch link add wire type bridge mcast_snooping 0
            ip link add desktop0 address {{Mac}} type veth peer name port0 netns switch
            ip -n laptop link add laptop0 mtu 9000 type veth peer name port1 netns switch
            set_switch mtu 9000 master wire up
            ip -n switch link set wire up
        }
        set_switch() { ip -n switch link set port0 "$@" && ip -n switch link set port1 "$@"; }
        make_cable() {
            ( set -e
            ip netns add laptop
            plug
            ip -n laptop address add {{Laptop}}/64 dev laptop0 nodad
            ip -n laptop link set lo up
            ip -n laptop link set laptop0 up
            modprobe nbd
            truncate -s 192M {{DiskFile}}
            install -d -m 700 /run/keys /run/state
            install -m 600 /run/hand-in/stick.key /run/keys/
            # The grant is of this run of the kernel, and of this file, as it is.
            device=$(stat -c %d {{DiskFile}})
            place="$(stat -c %i {{DiskFile}}) of $((device >> 8)):$((device & 255))"
            medium="$(stat -c %s {{DiskFile}}) bytes, file $place"
            mark="file $place, $(stat -c %s {{DiskFile}}) bytes, written $(stat -c %.9Y {{DiskFile}}), changed $(stat -c %.9Z {{DiskFile}})"
            sed "s/@boot@/$(cat /proc/sys/kernel/random/boot_id)/; s/@medium@/$medium/; s/@mark@/$mark/" /run/hand-in/grant.json \
                >/run/state/grant-$(printf %s {{DiskFile}} | sha256sum | cut -c 1-16).json )
        }
        start_server() {
            laptop /run/hand-in/stiefel-server --Disk:Path {{DiskFile}} --Boot:Kernel /vmlinuz --Keys:Directory /run/keys --State:Directory /run/state \
                --Http:Listen '[::1]:4644' --Admin:Listen none --Discovery:Enabled false >/run/server.log 2>&1 &
            for i in $(seq 300); do grep -q 'phase serving' /run/server.log && return 0; sleep 0.2; done
            cat /run/server.log; return 1
        }
        start_agent() {
            install -m 600 /run/hand-in/session /stiefel/
            /run/hand-in/stiefel-attach --agent 3 3>/run/ready >/run/agent.log 2>&1 &
            for i in $(seq 300); do [ -s /run/ready ] && return 0; sleep 0.2; done
            dmesg | tail -n 30; cat /run/agent.log; return 1
        }
        keep_a_file() {
            ( set -e
            dd if=/dev/urandom of=/dev/shm/$1 bs=1M count=4 status=none
            dd if=/dev/shm/$1 of=/dev/nbd0 bs=1M oflag=direct conv=fsync status=none
            cmp -n 4194304 /dev/shm/$1 {{DiskFile}}
            echo 3 >/proc/sys/vm/drop_caches
            cmp -n 4194304 /dev/shm/$1 /dev/nbd0
            rm /dev/shm/$1 )
        }
        speed() {
            dd if=/dev/zero of=/dev/nbd0 bs=1M count=32 oflag=direct conv=fsync 2>&1 | tail -n 1
            dd if=/dev/nbd0 of=/dev/null bs=1M count=32 iflag=direct 2>&1 | tail -n 1
            desktop ip -s link show dev stiefeltunnel | tail -n 4
        }
        """;
}
