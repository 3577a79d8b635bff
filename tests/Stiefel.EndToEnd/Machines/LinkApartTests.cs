using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.EndToEnd.Native;
using Stiefel.Keys;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;
using Stiefel.Protocol.Certificates;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests what the laptop's system on the desktop sees of the link: none of its interfaces, but the laptop's control plane at its own loopback.</summary>
[Trait("Needs", "machines")]
public sealed partial class LinkApartTests(MachineParts parts) : PayloadScenario(parts)
{
    private const string Stick = "/mnt";
    private const string Certificate = "laptop.pem";
    private const string Header = "token";
    private const string Key = "stick.key";
    private const string Url = "https://localhost:4645";
    private const string Page = "http://localhost:4645";

    [Fact]
    public Task Desktop_AtItsPrompt_ReachesTheLaptopsControlPlaneAndNothingElseOfTheLink() => PlayAsync("link-apart", async (run, payload) =>
    {
        (_, var desktop, var shell) = payload;
        await HandInAsync(run, payload, FillAsync);
        Assert.DoesNotContain("stiefel", await shell.RunAsync("ip -o link", Token), StringComparison.Ordinal);
        Assert.InRange(await PortOfDiskAsync(shell), 1, 1023);
        await AskAsync(shell);
        await OutageAsync(desktop, shell);
        Assert.InRange(await PortOfDiskAsync(shell), 1, 1023);
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await desktop.PowerOffAsync(shell, Token);
    });

    private static string Curl(string what) => $"{ForeignCurl.In(Stick)} -sS --max-time 60 --cacert {Stick}/{Certificate} {what}";

    /// <summary>Returns the local port of the disk's connection: only root may bind a port below 1024, and the laptop reserves connections for those.</summary>
    private async Task<int> PortOfDiskAsync(ConsoleShell shell)
    {
        var line = await shell.RunAsync($"{PayloadChecks.InLink} ss -Htn state established dport = :10809", Token);
        return int.Parse(Port().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@":(\d+)\s+\S+:10809\s")]
    private static partial Regex Port();

    private async Task AskAsync(ConsoleShell shell)
    {
        Assert.Contains("\"sessions\"", await shell.RunAsync(Curl($"-H @{Stick}/{Header} {Url}/api/v1/status"), Token), StringComparison.OrdinalIgnoreCase);

        // A browser asks without TLS, which would warn of the certificate; the tunnel encrypts it. The page is the same for everybody; what it shows, it asks for with the token.
        Assert.Contains("<title>Stiefel</title>", await shell.RunAsync(Curl($"-o /run/page {Page}/ && grep -o '<title>.*</title>' /run/page"), Token), StringComparison.Ordinal);

        // The control plane demands a token here as it does on the cable, and without TLS it has no other name.
        foreach (var url in new[] { Url, Page })
        {
            Assert.Contains("401", await shell.RunAsync(Curl($"-o /dev/null -w '%{{http_code}}' {url}/api/v1/status"), Token), StringComparison.Ordinal);
        }

        Assert.Contains("421", await shell.RunAsync(Curl($"-o /dev/null -w '%{{http_code}}' -H 'Host: example.org' {Page}/"), Token), StringComparison.Ordinal);
        var status = await shell.RunAsync($"install -m 600 {Stick}/{Key} /run/ && {Stick}/stiefel status --key /run/{Key}", Token);
        Assert.Contains("stick", status, StringComparison.Ordinal);
        await ConsolePictures.SaveAsync(status.Split('\n'), "desktop-status", Token);
    }

    /// <summary>Pulls the cable: once the agent has noticed by its disk, connections end at once instead of waiting; they work again when it is back.</summary>
    private async Task OutageAsync(Desktop desktop, ConsoleShell shell)
    {
        var heard = "dmesg | grep -c 'connection to the laptop is back' || true";
        await shell.RunAsync(Curl($"-o /dev/null {Url}/healthz"), Token);
        await desktop.Machine.SetCableAsync(connected: false, Token);
        await shell.StartAsync("dd if=/dev/urandom of=/root/apart bs=64k count=4 conv=fsync status=none", Token);
        await Task.Delay(TimeLimits.Seconds(20), Token);
        await desktop.Machine.SetCableAsync(connected: true, Token);
        Assert.Equal(0, (await shell.FinishAsync(TimeLimits.Command * 2, Token)).ExitCode);
        Assert.NotEqual("0", (await shell.RunAsync(heard, Token)).Trim());
        await shell.RunAsync(Curl($"-o /dev/null {Url}/healthz"), Token);
    }

    private async Task FillAsync(string directory)
    {
        await ForeignCurl.CopyAsync(directory, Token);
        File.Copy(NativeProcess.Binary("stiefel"), Path.Combine(directory, "stiefel"));
        var file = (await Parts.StationsAsync()).KeyFile;
        File.Copy(file, Path.Combine(directory, Key));
        using var stored = StoredKey.Read(file);
        using var key = stored.Open();
        using var certificate = DerivedCertificate.For(key);
        await File.WriteAllTextAsync(Path.Combine(directory, Certificate), certificate.ExportCertificatePem(), Token);
        await File.WriteAllTextAsync(Path.Combine(directory, Header), $"Authorization: Bearer {AdminToken.For(key)}\n", Token);
    }
}
