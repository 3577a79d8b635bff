using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a laptop that cannot leave its system by itself: its kernel starts no other, and it has no boot entry that could be started once.</summary>
[Trait("Needs", "machines")]
public sealed class NoWayOutTests(MachineParts parts)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task ServeNow_NoWayWorks_StaysAndNamesTheMenuBeforeAnybodyIsWarned() => parts.PlayAsync("no-way-out", async run =>
    {
        var stations = await parts.StationsAsync();
        await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
        await LaptopByHand.InstallAsync(run, laptop, parts.NewKey("stick"), "any", _token);
        await laptop.Shell.RunAsync("echo 1 >/proc/sys/kernel/kexec_load_disabled", _token);

        var said = await laptop.Shell.TryRunAsync("stiefel serve-now --grace 1 >/run/said 2>&1; code=$?; cat /run/said; ( exit $code )", _token, TimeLimits.Command);

        Assert.Equal(1, said.ExitCode);
        Assert.Contains("kernel.kexec_load_disabled is 1, so the ramdisk cannot be started from this system", said.Text, StringComparison.Ordinal);
        Assert.Contains("choose the ramdisk's entry in the laptop's boot menu by hand", said.Text, StringComparison.Ordinal);
        await laptop.Shell.RunAsync("! grep -q 'everything will be closed' /run/said && systemctl is-system-running | grep -v stopping", _token);
    });
}
