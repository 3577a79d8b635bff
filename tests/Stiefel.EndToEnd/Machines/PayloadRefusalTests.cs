using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests that programs refuse to run on a desktop that runs from a laptop's disk if they would take its root away.</summary>
[Trait("Needs", "machines")]
public sealed class PayloadRefusalTests(MachineParts parts) : PayloadScenario(parts)
{
    [Fact]
    public Task Payload_AsksForADiskOrListensForCalls_IsRefusedAndKeepsItsRoot() => PlayAsync("own-root", async (run, payload) =>
    {
        await HandInAsync(run, payload, FillAsync);
        foreach (var command in (string[])["stiefel-client boot --attach /bin/true --once --no-exec", "stiefel autokexec --config /mnt/config.yaml"])
        {
            var refused = await payload.Shell.TryRunAsync($"/mnt/{command} 2>&1", Token);
            Assert.True(refused.ExitCode == 3 && refused.Text.Contains("/dev/nbd0", StringComparison.Ordinal), $"{command}: exit {refused.ExitCode}: {refused.Text}");
        }

        await PayloadChecks.NoDiskErrorAsync(payload.Shell, Token);
        await payload.Desktop.PowerOffAsync(payload.Shell, Token);
    });

    private async Task FillAsync(string directory)
    {
        foreach (var program in (string[])["stiefel", "stiefel-client"])
        {
            File.Copy(Path.Combine(NativeProcess.BinaryDirectory, program), Path.Combine(directory, program));
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "config.yaml"), "autokexec:\n  grace: 5\n", Token);
    }
}
