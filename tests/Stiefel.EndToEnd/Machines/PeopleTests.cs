using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// A person with a session at the laptop's own seat, made by PAM and logind, is asked there by the unit that set-up installs, and keeps the laptop. Others, and the
/// same person without that session, do not. The machine has no graphical session, so the person answers by the command.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class PeopleTests(MachineParts parts)
{
    private const string Session = "libpam-systemd";
    private const string AsAda = "runuser -u ada -- env XDG_RUNTIME_DIR=/run/user/$(id -u ada)";

    private static readonly string[] s_units = ["stiefel-notice.path", "stiefel-notice.service"];

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Warning_OfALaptopInUse_IsShownToThePersonAtItWhoMayRefuse() => parts.PlayAsync("people", async run =>
    {
        var stations = await parts.StationsAsync();
        await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
        await LaptopByHand.InstallAsync(run, laptop, parts.NewKey("stick"), "any", _token, AddAsync);
        var shell = laptop.Shell;
        await shell.RunAsync($"DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io -i /mnt/{Session}_*.deb >/root/dpkg.txt 2>&1 || {{ tail -n 30 /root/dpkg.txt; false; }}", _token, TimeLimits.Seconds(300));
        await shell.RunAsync("install -D -m 644 -t /etc/systemd/user /mnt/stiefel-notice.* && mkdir -p /etc/systemd/user/default.target.wants && ln -s ../stiefel-notice.path /etc/systemd/user/default.target.wants/", _token);
        await shell.RunAsync("useradd -m ada && useradd -m bob && ! runuser -u ada -- stiefel not-now", _token);

        await SitDownAsync(shell);
        await WarnAsync(shell);
        await RefusedAsync(shell, "bob");
        await shell.RunAsync("until journalctl --no-pager _UID=$(id -u ada) | grep -q 'everything will be closed in [0-9]* s (to prevent that: stiefel not-now)'; do sleep 1; done", _token);
        await shell.RunAsync("runuser -u ada -- stiefel not-now && wait $!; [ $? = 3 ] && grep 'ada said \"not now\" at this laptop; nothing was changed' /run/said", _token);
        Assert.Equal("0", (await shell.RunAsync("cat /sys/kernel/kexec_loaded", _token)).Trim());

        await shell.RunAsync("systemctl stop seat; until ! loginctl --no-legend list-sessions | grep -q seat0; do sleep 1; done", _token);
        await WarnAsync(shell);
        await RefusedAsync(shell, "ada");
        await shell.RunAsync("stiefel not-now && wait $!; [ $? = 3 ]", _token);
    });

    /// <summary>Logs ada in at the first virtual terminal, as a login program does.</summary>
    private async Task SitDownAsync(ConsoleShell shell)
    {
        await shell.RunAsync("systemctl stop getty@tty1; systemd-run --unit=seat -p User=ada -p PAMName=login -p TTYPath=/dev/tty1 -p StandardInput=tty -p StandardOutput=tty sleep 100000", _token);
        await shell.RunAsync("until loginctl --no-legend list-sessions | grep -q 'ada *seat0'; do sleep 1; done", _token);
        await shell.RunAsync($"until {AsAda} systemctl --user is-active stiefel-notice.path; do sleep 1; done", _token);
    }

    private async Task WarnAsync(ConsoleShell shell) =>
        await shell.RunAsync("stiefel serve-now --grace 3600 >/run/said 2>&1 & until [ -S /run/stiefel/leaving ]; do sleep 0.2; done", _token);

    private async Task RefusedAsync(ConsoleShell shell, string user) =>
        await shell.RunAsync($"runuser -u {user} -- stiefel not-now >/run/other 2>&1; [ $? = 3 ] && grep -q 'only people who sit at this laptop are asked' /run/other", _token);

    private async Task AddAsync(string directory)
    {
        var all = Directory.CreateDirectory(Path.Combine(directory, "all")).FullName;
        await PackageDownload.FetchAsync(new DebianSource("debian", "bookworm", null, ["main"], "none"), [Session], all, _token);
        File.Move(Assert.Single(Directory.GetFiles(all, $"{Session}_*.deb")), Path.Combine(directory, $"{Session}_all.deb"));
        Directory.Delete(all, recursive: true);
        foreach (var unit in s_units)
        {
            using var stream = typeof(RamdiskImage).Assembly.GetManifestResourceStream($"setup/{unit}")!;
            using var reader = new StreamReader(stream);
            await File.WriteAllTextAsync(Path.Combine(directory, unit), (await reader.ReadToEndAsync(_token)).Replace("@PROGRAM@", "/usr/local/bin/stiefel", StringComparison.Ordinal), _token);
        }
    }
}
