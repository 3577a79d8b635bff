using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A desktop whose cable carries little, and that wants all at once: no request waits for others so long that its kernel gives up.</summary>
[Trait("Needs", "machines")]
public sealed class SlowCableTests(MachineParts parts)
{
    private static readonly TimeSpan s_patient = TimeLimits.Seconds(240);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Desktop_WritesBackAndScrubsAt4MegabytesPerSecond_WaitsForNothingInVain() => PlayAsync(32);

    [Fact]
    [Trait("Needs", "long")]
    public Task Desktop_WritesBackAndScrubsAt10MegabytesPerSecond_WaitsForNothingInVain() => PlayAsync(80);

    private Task PlayAsync(int megabits) => parts.PlayPayloadAsync($"slow-cable-{megabits}", async (_, payload) =>
    {
        var partition = $"/dev/nbd0p{(await parts.StationsAsync()).Disk.SparePartition}";
        var shell = payload.Shell;
        await SlowDownAsync(shell, megabits, _token);
        await shell.RunAsync("dd if=/dev/urandom of=/dev/shm/new bs=1M count=32 status=none; dmesg -C", _token);

        // A write-back of 32 MiB, and 128 requests of 512 KiB at a time from the rest of the disk, for as long as that lasts.
        await shell.RunAsync(
            $$"""
            ( set -e; dd if=/dev/shm/new of={{partition}} bs=1M conv=fsync,notrunc status=none & for i in $(seq 0 15); do
            dd if=/dev/nbd0 of=/dev/null iflag=direct bs=4M count=1 skip=$i status=none & done; for job in $(jobs -p); do wait $job; done
            echo 3 >/proc/sys/vm/drop_caches; cmp -n 33554432 {{partition}} /dev/shm/new )
            """, _token, s_patient);

        var heard = await shell.RunAsync("dmesg | grep -e 'timed out' -e 'connection to the laptop' -e 'requests of up to' || true", _token);
        Assert.DoesNotContain("timed out", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("connection to the laptop", heard, StringComparison.Ordinal);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await payload.Desktop.PowerOffAsync(shell, _token);
    });

    /// <summary>Bounds both directions of the desktop's cable.</summary>
    internal static async Task SlowDownAsync(ConsoleShell shell, int megabits, CancellationToken token)
    {
        var adapter = await AdapterAsync(shell, token);
        var slow = $"root tbf rate {megabits}mbit burst 64kb limit 300kb";
        await shell.RunAsync(
            $$"""
            ( set -e; modprobe ifb numifbs=1; ip link set ifb0 up; tc qdisc add dev {{adapter}} ingress
            tc filter add dev {{adapter}} ingress matchall action mirred egress redirect dev ifb0
            tc qdisc add dev {{adapter}} {{slow}}; tc qdisc add dev ifb0 {{slow}} )
            """, token);
    }

    /// <summary>Takes the bound away.</summary>
    internal static async Task SpeedUpAsync(ConsoleShell shell, CancellationToken token)
    {
        var adapter = await AdapterAsync(shell, token);
        await shell.RunAsync($"tc qdisc del dev {adapter} root; tc qdisc del dev {adapter} ingress", token);
    }

    private static async Task<string> AdapterAsync(ConsoleShell shell, CancellationToken token) =>
        (await shell.RunAsync($"ip -o link | awk -F': ' '/{MachineRun.DesktopMac}/ {{ print $2 }}'", token)).Trim();
}
