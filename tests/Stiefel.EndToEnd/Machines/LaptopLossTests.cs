using System.Security.Cryptography;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests a laptop that is reset under a running desktop. It has lost writes that it had acknowledged but not flushed, and the desktop will not send them
/// again. So the desktop may not write anything more to the disk, and its user is told why.
/// </summary>
[Trait("Needs", "machines")]
public sealed class LaptopLossTests(MachineParts parts)
{
    // A block between the partition table and the first partition, where a write changes no file system.
    private const int GapBlock = (64 << 10) / 4096;

    // In this station, the desktop's kernel gives up a request without a connection after 120 s.
    private static readonly TimeSpan s_givenUp = TimeLimits.Seconds(240);

    // grep exits with 1 if no line matches, grep(1).
    private static readonly ExternalProgramOptions s_grep = new() { AcceptedExitCodes = [1], Timeout = TimeLimits.AtMost(120) };

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly string _lost = Marker(), _held = Marker();

    [Fact]
    public Task Laptop_ResetUnderADesktop_TakesNothingMoreOfItAndItsScreenSaysSo() => parts.PlayPayloadAsync(
        "laptop-lost-writes",
        async (_, payload) =>
        {
            // Write a block that is acknowledged but not flushed.
            await payload.Shell.RunAsync($"yes {_lost} | head -c 4096 >/dev/shm/lost && dd if=/dev/shm/lost of=/dev/nbd0 bs=4096 seek={GapBlock} oflag=direct conv=notrunc status=none", _token);
            await payload.Laptop.Machine.StartAnewAsync(_token);
            await payload.Shell.StartAsync($"echo {_held} >/root/held; sync /root/held", _token);

            await payload.Laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, _token);
            await payload.Desktop.Console.WaitForAsync("lost writes it had acknowledged", s_givenUp, _token);
            await payload.Desktop.Console.WaitForAsync("restart this desktop", TimeLimits.Command, _token);
        },
        LookAsync,
        endsHard: true);

    private async Task LookAsync(DiskImage disk)
    {
        foreach (var marker in (string[])[_lost, _held])
        {
            Assert.Equal(1, (await ExternalProgram.RunAsync("grep", ["-q", "-a", "-F", marker, disk.Path], s_grep, _token)).ExitCode);
        }
    }

    private static string Marker() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
