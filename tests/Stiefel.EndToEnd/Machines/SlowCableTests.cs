using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a desktop that asks for much at once on a slow cable: no request waits so long for others that the kernel gives the connection up.</summary>
[Trait("Needs", "machines")]
public sealed class SlowCableTests(MachineParts parts) : PayloadScenario(parts)
{
    private static readonly TimeSpan s_patient = TimeLimits.Seconds(240);

    [Fact]
    public Task Desktop_WritesBackAndScrubsAt4MegabytesPerSecond_WaitsForNothingInVain() => PlayAsync(32);

    [Fact]
    [Trait("Needs", "long")]
    public Task Desktop_WritesBackAndScrubsAt10MegabytesPerSecond_WaitsForNothingInVain() => PlayAsync(80);

    private Task PlayAsync(int megabits) => PlayAsync($"slow-cable-{megabits}", async (_, payload) =>
    {
        var partition = $"/dev/nbd0p{(await Parts.StationsAsync()).Disk.SparePartition}";
        var shell = payload.Shell;
        await SlowDownAsync(shell, megabits);
        await shell.RunAsync("dd if=/dev/urandom of=/dev/shm/new bs=1M count=32 status=none; dmesg -C", Token);

        // Write back 32 MiB, and meanwhile read from the rest of the disk with 128 requests of 512 KiB at a time.
        await shell.RunAsync(
            $$"""
            ( set -e; dd if=/dev/shm/new of={{partition}} bs=1M conv=fsync,notrunc status=none & for i in $(seq 0 15); do
            dd if=/dev/nbd0 of=/dev/null iflag=direct bs=4M count=1 skip=$i status=none & done; for job in $(jobs -p); do wait $job; done
            echo 3 >/proc/sys/vm/drop_caches; cmp -n 33554432 {{partition}} /dev/shm/new )
            """, Token, s_patient);

        var heard = await shell.RunAsync("dmesg | grep -e 'timed out' -e 'connection to the laptop' -e 'requests of up to' || true", Token);
        Assert.DoesNotContain("timed out", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("connection to the laptop", heard, StringComparison.Ordinal);
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await payload.Desktop.PowerOffAsync(shell, Token);
    });
}
