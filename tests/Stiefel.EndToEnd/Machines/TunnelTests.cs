using System.Text.RegularExpressions;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests both ends of the tunnel in one machine, whose kernel has WireGuard: the laptop is in a network namespace, and the desktop's agent in one that it makes.
/// Nothing boots: the server takes up a prepared grant as after a restart.
/// </summary>
[Trait("Needs", "machines")]
public sealed class TunnelTests(MachineParts parts)
{
    private const string Server = Stiefel.Machines.Scenarios.Laptop.ServerProcess;

    private const string Mac = "02:00:00:00:00:20";
    private const string Laptop = "fe80::5";
    private const string Tunnel = "stiefel61571";
    private const string DiskFile = "/dev/shm/disk.img";
    private const string HandIn = "/dev/sda";

    private static readonly string s_exportName = "s-" + new string('a', 52);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tunnel_OfARestoredGrant_CarriesTheDiskOutlivesTheServerAndGoesWithItsKey()
    {
        await parts.PlayAsync("tunnel", async run =>
        {
            var stations = await parts.StationsAsync();
            await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
            var handIn = await HandInDisk.MakeAsync(run, FillAsync, _token);
            await laptop.Machine.PlugStickAsync(handIn.Path, _token);
            await RunAsync(laptop.Shell);
        });
    }

    private async Task RunAsync(ConsoleShell shell)
    {
        await shell.RunAsync($"until [ -b {HandIn} ]; do sleep 0.2; done; mkdir -p /run/hand-in /stiefel && mount -o ro {HandIn} /run/hand-in && . /run/hand-in/steps.sh && make_cable", _token);
        await shell.RunAsync("start_server", _token);
        await shell.RunAsync("start_agent", _token);

        await CheckAsync(shell);
        var speed = await shell.RunAsync("speed", _token);
        TestContext.Current.TestOutputHelper?.WriteLine(speed);

        // A killed server leaves the tunnel interface in the kernel, and the next server uses it.
        var before = await shell.RunAsync($"laptop cat /sys/class/net/{Tunnel}/ifindex", _token);
        await shell.RunAsync($"kill -9 {Server} && sleep 2 && start_server && keep_a_file after-kill", _token);
        Assert.Equal(before, await shell.RunAsync($"laptop cat /sys/class/net/{Tunnel}/ifindex", _token));
        Assert.Contains("stays in use", await shell.RunAsync("cat /run/server.log", _token), StringComparison.Ordinal);

        // The disk must come back as well if the tunnel is removed on either side.
        await shell.RunAsync($"desktop ip link del stiefeltunnel && kill -9 {Server} && start_server && keep_a_file after-loss", _token);
        await shell.RunAsync($"kill -9 {Server} && ip -n laptop link del {Tunnel} && start_server && keep_a_file after-restart", _token);

        // Revoking the key must remove the interface and the listener.
        await shell.RunAsync($"rm /run/keys/stick.key && for i in $(seq 100); do ip -n laptop link show {Tunnel} >/dev/null 2>&1 || break; sleep 0.2; done; ! ip -n laptop link show {Tunnel}", _token);
        Assert.DoesNotContain("10809", await shell.RunAsync("laptop ss -lntH", _token), StringComparison.Ordinal);
    }

    private async Task CheckAsync(ConsoleShell shell)
    {
        await shell.RunAsync("keep_a_file first", _token);
        var listening = await shell.RunAsync("laptop ss -lntH", _token);
        Assert.Equal($"[fe80::1]%{Tunnel}:10809", Assert.Single(Regex.Matches(listening, @"\S+:10809\b").Select(match => match.Value)));

        // Try the laptop's address on the link, and its address inside the tunnel as if it were on the link.
        foreach (var address in (string[])[Laptop, "fe80::1"])
        {
            var outside = await shell.TryRunAsync($"desktop timeout 5 nbdinfo --size 'nbd://[{address}%25stiefellink]:10809/{s_exportName}'", _token);
            Assert.NotEqual(0, outside.ExitCode);
        }

        // Prove that the same question is answered inside the tunnel.
        await shell.RunAsync($"desktop nbdinfo --list 'nbd://[fe80::1%25stiefeltunnel]:10809' | grep -q newstyle-fixed", _token);
        Assert.DoesNotMatch("stiefeltunnel|wireguard", await shell.RunAsync("dmesg | grep -i 'I/O error' || true", _token));
    }

    private async Task FillAsync(string directory)
    {
        foreach (var program in (string[])["stiefel-server", "stiefel-attach"])
        {
            File.Copy(NativeProcess.Binary(program), Path.Combine(directory, program));
        }

        var keyFile = parts.NewKey("stick");
        File.Copy(keyFile, Path.Combine(directory, "stick.key"));
        using var key = SharedKey.FromBytes(await File.ReadAllBytesAsync(keyFile, _token), "stick");
        (var laptop, var desktop, var secret) = (TunnelKey.Generate(), TunnelKey.Generate(), TunnelKey.Generate());
        await File.WriteAllTextAsync(Path.Combine(directory, "grant.json"), $$"""
            {
              "session": "00112233445566778899aabbccddeeff", "exportName": "{{s_exportName}}", "machine": "fe80::20", "disk": "{{DiskFile}}", "readOnly": false,
              "since": "2026-01-01T00:00:00+00:00", "snapshot": false, "key": "stick", "keyId": "{{DerivedCertificate.NameOf(key)}}", "boot": "@boot@", "medium": "@medium@", "mark": "@mark@",
              "tunnel": { "privateKey": "{{TunnelKey.Format(laptop)}}", "peerKey": "{{TunnelKey.Format(X25519.PublicKeyOf(desktop))}}", "presharedKey": "{{TunnelKey.Format(secret)}}", "port": 61571 }
            }
            """, _token);
        var session = new AttachSession
        {
            Mac = Mac,
            ServerAddress = Laptop,
            Port = 10809,
            ExportName = s_exportName,
            Tunnel = new TunnelSession(61571, TunnelKey.Format(desktop), TunnelKey.Format(X25519.PublicKeyOf(laptop)), TunnelKey.Format(secret)),
        };
        await File.WriteAllTextAsync(Path.Combine(directory, "session"), session.Format(), _token);
        await File.WriteAllTextAsync(Path.Combine(directory, "steps.sh"), Steps, _token);
    }

    private const string Steps = $$"""
        laptop() { ip netns exec laptop "$@"; }
        desktop() { {{PayloadChecks.InLink}} "$@"; }
        make_cable() {
            ( set -e
            ip netns add laptop
            ip link add desktop0 address {{Mac}} type veth peer name laptop0 netns laptop
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
