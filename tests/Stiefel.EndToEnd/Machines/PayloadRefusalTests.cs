using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>What must not be started on a desktop that runs from a laptop's disk: it would take its own root away.</summary>
[Trait("Needs", "machines")]
public sealed class PayloadRefusalTests(MachineParts parts)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Payload_AsksForADiskOrListensForCalls_IsRefusedAndKeepsItsRoot() => parts.PlayPayloadAsync("own-root", async (run, payload) =>
    {
        var handIn = await HandInDisk.MakeAsync(run, FillAsync, _token);
        await payload.Desktop.Machine.PlugStickAsync(handIn.Path, _token);
        await payload.Shell.RunAsync("until [ -b /dev/sda ]; do sleep 0.2; done; mount -o ro /dev/sda /mnt", _token);

        foreach (var command in (string[])["stiefel-client boot --attach /bin/true --once --no-exec", "stiefel autokexec --config /mnt/config.yaml"])
        {
            var refused = await payload.Shell.TryRunAsync($"/mnt/{command} 2>&1", _token);
            Assert.True(refused.ExitCode == 3 && refused.Text.Contains("/dev/nbd0", StringComparison.Ordinal), $"{command}: exit {refused.ExitCode}: {refused.Text}");
        }

        await PayloadChecks.NoDiskErrorAsync(payload.Shell, _token);
        await payload.Desktop.PowerOffAsync(payload.Shell, _token);
    });

    private async Task FillAsync(string directory)
    {
        foreach (var program in (string[])["stiefel", "stiefel-client"])
        {
            File.Copy(Path.Combine(NativeProcess.BinaryDirectory, program), Path.Combine(directory, program));
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "config.yaml"), "autokexec:\n  grace: 5\n", _token);
    }
}
