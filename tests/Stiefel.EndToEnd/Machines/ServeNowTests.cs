using Stiefel.Cli.Ramdisk;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests `stiefel serve-now`: while something inhibits it, nothing happens and no kernel stays loaded; afterwards the laptop leaves its system.</summary>
[Trait("Needs", "machines")]
public sealed class ServeNowTests(MachineParts parts)
{
    private const string Supplies = "/run/supplies";
    private const string Interrupt = "\u0003";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task ServeNow_HeldByAProgramAPlugOrAPerson_StaysWithoutAKernelAndLeavesAfterwards() => parts.PlayAsync("serve-now", async run =>
    {
        var stations = await parts.StationsAsync();
        await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
        var handIn = await HandInDisk.MakeAsync(run, directory => FillAsync(run, directory), _token);
        await laptop.Machine.PlugStickAsync(handIn.Path, _token);
        await InstallAsync(laptop.Shell);

        await laptop.Shell.RunAsync("systemd-run --unit=held --collect systemd-inhibit --what=shutdown --who=burner --why=writing --mode=block sleep 1000; until systemd-inhibit --list | grep -q burner; do sleep 1; done", _token);
        await StaysAsync(laptop.Shell, "burner (process [0-9]*) inhibits shutdown: writing");
        await laptop.Shell.RunAsync("systemctl stop held", _token);

        await laptop.Shell.RunAsync($"echo 0 >{Supplies}/AC/online; echo Discharging >{Supplies}/BAT0/status", _token);
        await StaysAsync(laptop.Shell, "the laptop runs on its battery, at 80 %, but autokexec.power demands mains power");
        await laptop.Shell.RunAsync($"echo 1 >{Supplies}/AC/online; echo Charging >{Supplies}/BAT0/status", _token);

        await laptop.Shell.StartAsync("stiefel serve-now --grace 3600", _token);
        await laptop.Machine.Console.WaitForAsync("everything will be closed in 3600 s", TimeLimits.Command, _token);
        await laptop.Machine.Console.SendAsync(Interrupt, _token);
        await laptop.Machine.Console.WaitForAsync("stopped: this laptop stays, and nothing was changed", TimeLimits.Command, _token);
        var again = await ConsoleShell.OverPromptAsync("laptop", laptop.Machine.Console, _token);
        Assert.Equal("0", (await again.RunAsync("cat /sys/kernel/kexec_loaded", _token)).Trim());

        await again.StartAsync("stiefel serve-now --grace 1", _token);
        await laptop.Machine.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
    });

    private async Task StaysAsync(ConsoleShell shell, string reason)
    {
        await shell.RunAsync($"stiefel serve-now >/run/said 2>&1; [ $? = 3 ] && grep -q '{reason}' /run/said && grep -q 'nothing was changed' /run/said", _token);
        Assert.Equal("0", (await shell.RunAsync("cat /sys/kernel/kexec_loaded", _token)).Trim());
    }

    /// <summary>Installs Stiefel by hand as documented. The power supplies are files, because the machine has none.</summary>
    private async Task InstallAsync(ConsoleShell shell)
    {
        await shell.RunAsync("until [ -b /dev/sda ]; do sleep 0.2; done; mount -o ro /dev/sda /mnt && install -d -m 700 /etc/stiefel/keys && install -m 600 /mnt/stick.key /etc/stiefel/keys/", _token);
        await shell.RunAsync("install -m 755 /mnt/stiefel /usr/local/bin/ && install -m 644 /mnt/config.yaml /etc/stiefel/", _token);
        await shell.RunAsync($"mkdir -p {Supplies}/AC {Supplies}/BAT0 && cd {Supplies} && echo Mains >AC/type && echo 1 >AC/online && echo Battery >BAT0/type && echo 1 >BAT0/present && echo 80 >BAT0/capacity && echo Charging >BAT0/status && cd / && mount --bind {Supplies} /sys/class/power_supply", _token);
    }

    private async Task FillAsync(MachineRun run, string directory)
    {
        File.Copy(run.Ramdisk.Kernel, Path.Combine(directory, RamdiskImage.KernelName));
        File.Copy(run.Ramdisk.Initrd, Path.Combine(directory, RamdiskImage.InitrdName));
        File.Copy(NativeProcess.Binary("stiefel"), Path.Combine(directory, "stiefel"));
        File.Copy(parts.NewKey("stick"), Path.Combine(directory, "stick.key"));
        await File.WriteAllTextAsync(Path.Combine(directory, "config.yaml"), $"""
            boot:
              disk: /dev/vda
            autokexec:
              grace: 5
              power: ac
            server-setup:
              stiefelsystem-kernel: /mnt/{RamdiskImage.KernelName}
              stiefelsystem-initrd: /mnt/{RamdiskImage.InitrdName}
              cmdline: [{string.Join(", ", MachineRun.KernelArguments.Split(' ').Select(argument => $"\"{argument}\""))}]
            """, _token);
    }
}
