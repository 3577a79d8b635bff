using System.Security.Cryptography;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>
/// The whole story once: the laptop leaves its own system for the server ramdisk; the desktop boots the laptop's system from
/// there, is used, and is powered off; then the laptop's disk is checked.
/// </summary>
public sealed class TwoMachineBoot
{
    private const string FileName = "/root/written-on-the-desktop";

    private readonly MachineRun _run;
    private readonly LaptopDisk _disk;
    private readonly string _keyFile;

    public TwoMachineBoot(MachineRun run, LaptopDisk disk, string keyFile) => (_run, _disk, _keyFile) = (run, disk, keyFile);

    /// <summary>Runs the whole scenario.</summary>
    /// <exception cref="MachineException">A step did not happen in time, or a check failed.</exception>
    public async Task<BootedDesktop> RunAsync(DesktopStart start, CancellationToken token)
    {
        var image = await _disk.CopyAsync(Path.Combine(_run.WorkDirectory, "laptop.img"), token);
        var content = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var booted = await UseAsync(start, image, content, token);
        _run.Timeline.Mark(Laptop.Name, "plug pulled");
        await DiskChecks.FileAsync(image, _disk.RootPartition, FileName, content, token);
        await DiskChecks.CleanAsync(image, _disk.RootPartition, token);
        return booted;
    }

    private async Task<BootedDesktop> UseAsync(DesktopStart start, DiskImage image, string content, CancellationToken token)
    {
        await using var laptop = await Laptop.StartAsync(_run, _disk, new VirtualDisk(image.Path), _keyFile, token);
        await laptop.ServeAsync(token);
        await using var desktop = await Desktop.StartAsync(_run, "desktop", start, _keyFile, token);
        return await CheckAsync(desktop, content, token);
    }

    private async Task<BootedDesktop> CheckAsync(Desktop desktop, string content, CancellationToken token)
    {
        var shell = await desktop.LogInAsync(token);
        var root = await PayloadChecks.RootAsync(shell, token);
        await PayloadChecks.WriteAsync(shell, FileName, content, token);
        await PayloadChecks.NoSecretAsync(shell, await File.ReadAllBytesAsync(_keyFile, token), token);
        await PayloadChecks.NoDiskErrorAsync(shell, token);
        _run.Timeline.Mark("desktop", "checked");
        await desktop.PowerOffAsync(shell, token);
        return new BootedDesktop(shell.LoginPrompt, root);
    }
}
