using Stiefel.Linux.Programs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Installs GRUB for UEFI on the laptop's disk as an installer does. The tests' disks have only its configuration, written by Debian's update-grub, because
/// they usually start without a boot loader.
/// </summary>
internal static class OwnBootLoader
{
    /// <summary>The program, on what it is handed in by.</summary>
    public const string Program = "BOOTX64.EFI";

    /// <summary>Puts it onto the EFI System partition, by the laptop's own system, from a stick that is mounted.</summary>
    public const string Copy = $"mountpoint -q /boot/efi && mkdir -p /boot/efi/EFI/BOOT && cp /mnt/{Program} /boot/efi/EFI/BOOT/";

    // The modules that GRUB needs to find the disk's configuration, and those that the configuration uses.
    private const string Loaded = "part_gpt ext2 search_fs_uuid";
    private const string AtHand = "normal linux search configfile echo test loadenv gzio all_video font gfxterm terminal serial sleep minicmd";

    private static readonly ExternalProgramOptions s_options = new();

    /// <summary>Installs it from within the laptop's own system, which runs on the desktop.</summary>
    public static async Task InstallAsync(MachineRun run, RunningPayload payload, CancellationToken token)
    {
        var root = (await payload.Shell.RunAsync("findmnt -no UUID /", token)).Trim();
        var handIn = await HandInDisk.MakeAsync(run, directory => MakeAsync(directory, root, token), token);
        await payload.Desktop.Machine.PlugStickAsync(handIn.Path, token);
        await payload.Shell.RunAsync(
            $"until [ -b /dev/sda ]; do sleep 0.2; done; mount -o ro /dev/sda /mnt && {Copy} && umount /mnt && sync", token);
    }

    /// <summary>Makes it.</summary>
    /// <param name="directory">Where it goes.</param>
    /// <param name="root">The UUID of the file system with the laptop's own GRUB configuration.</param>
    /// <param name="token">Ends it.</param>
    public static async Task MakeAsync(string directory, string root, CancellationToken token)
    {
        var start = Path.Combine(directory, "start.cfg");
        await File.WriteAllTextAsync(start, $"search --no-floppy --fs-uuid --set=root {root}\nconfigfile ($root)/boot/grub/grub.cfg\n", token);
        await ExternalProgram.RunAsync(
            "grub-mkstandalone", ["-O", "x86_64-efi", $"--modules={Loaded}", $"--install-modules={Loaded} {AtHand}", "--locales=", "--fonts=", "--themes=", "-o", Path.Combine(directory, Program), $"boot/grub/grub.cfg={start}"], s_options, token);
    }
}
