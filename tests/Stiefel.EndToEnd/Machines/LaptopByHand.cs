using Stiefel.Cli.Ramdisk;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Installs Stiefel on a laptop by hand as documented: program, configuration, ramdisk and one key.</summary>
internal static class LaptopByHand
{
    /// <summary>The directory of the laptop's power supplies, which are files because the machine has none.</summary>
    public const string Supplies = "/run/supplies";

    /// <summary>Installs it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="laptop">The laptop at its prompt.</param>
    /// <param name="key">The key's file.</param>
    /// <param name="power">The value of autokexec.power.</param>
    /// <param name="token">Cancels the work.</param>
    /// <param name="addAsync">Adds more files, which are in /mnt then; null for none.</param>
    public static async Task InstallAsync(MachineRun run, LaptopAtPrompt laptop, string key, string power, CancellationToken token, Func<string, Task>? addAsync = null)
    {
        var handIn = await HandInDisk.MakeAsync(
            run,
            async directory =>
            {
                await FillAsync(run, directory, key, power, token);
                await (addAsync?.Invoke(directory) ?? Task.CompletedTask);
            },
            token);
        await laptop.Machine.PlugStickAsync(handIn.Path, token);
        var shell = laptop.Shell;
        await shell.RunAsync("until [ -b /dev/sda ]; do sleep 0.2; done; mount -o ro /dev/sda /mnt && install -d -m 700 /etc/stiefel/keys && install -m 600 /mnt/stick.key /etc/stiefel/keys/", token);
        await shell.RunAsync("install -m 755 /mnt/stiefel /usr/local/bin/ && install -m 644 /mnt/config.yaml /etc/stiefel/", token);
        await shell.RunAsync($"mkdir -p {Supplies}/AC {Supplies}/BAT0 && cd {Supplies} && echo Mains >AC/type && echo 1 >AC/online && echo Battery >BAT0/type && echo 1 >BAT0/present && echo 80 >BAT0/capacity && echo Charging >BAT0/status && cd / && mount --bind {Supplies} /sys/class/power_supply", token);
    }

    private static async Task FillAsync(MachineRun run, string directory, string key, string power, CancellationToken token)
    {
        File.Copy(run.Ramdisk.Kernel, Path.Combine(directory, RamdiskImage.KernelName));
        File.Copy(run.Ramdisk.Initrd, Path.Combine(directory, RamdiskImage.InitrdName));
        File.Copy(NativeProcess.Binary("stiefel"), Path.Combine(directory, "stiefel"));
        File.Copy(key, Path.Combine(directory, "stick.key"));
        await File.WriteAllTextAsync(Path.Combine(directory, "config.yaml"), $"""
            boot:
              disk: /dev/vda
            autokexec:
              grace: 5
              power: {power}
            server-setup:
              stiefelsystem-kernel: /mnt/{RamdiskImage.KernelName}
              stiefelsystem-initrd: /mnt/{RamdiskImage.InitrdName}
              cmdline: [{string.Join(", ", MachineRun.KernelArguments.Split(' ').Select(argument => $"\"{argument}\""))}]
            """, token);
    }
}
