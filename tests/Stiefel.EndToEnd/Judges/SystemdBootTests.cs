using System.Text;
using System.Text.RegularExpressions;
using Stiefel.BootFiles.Catalog;
using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Judges;

/// <summary>
/// Runs the real systemd-boot under OVMF, and tests that it starts the kernel, initrds and arguments that our reader predicts. Its version is the
/// distribution's (252 in Debian 12); trees that version 257 reads differently are left out, and docs/boot-entries.md names them.
/// </summary>
[Trait("Needs", "long")]
public sealed partial class SystemdBootTests
{
    private const string Program = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";

    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(60) };

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sd-arch-lts-order")]
    [InlineData("sd-15863-quoted-values")]
    [InlineData("sd-dollar-literal")]
    [InlineData("sd-initrd-argument")]
    [InlineData("sd-default-without-ending")]
    [InlineData("sd-opensuse-snapshots")]
    [InlineData("sd-opensuse-counters")]
    [InlineData("sd-endeavouros-sort-keys")]
    [InlineData("sd-proxmox")]
    [InlineData("sd-clear-linux")]
    [InlineData("sd-tabs-and-line-ends")]
    [InlineData("sd-other-endings")]
    [InlineData("sd-nixos-generations")]
    [InlineData("sd-nixos-specialisation")]
    [InlineData("sd-archinstall")]
    [InlineData("sd-archinstall-old-default")]
    [InlineData("sd-counted-entries")]
    [InlineData("sd-debian-kernel-install")]
    [InlineData("sd-solus")]
    [InlineData("sd-cachyos")]
    [InlineData("sd-default-with-missing-kernel")]
    [InlineData("sd-first-kernel-missing")]
    [InlineData("sd-options-on-three-lines")]
    [InlineData("sd-backslashes")]
    [InlineData("sd-uppercase-names")]
    [InlineData("sd-sort-keys-and-none")]
    [InlineData("sd-machine-ids")]
    [InlineData("sd-tilde-version")]
    [InlineData("sd-saved-without-firmware")]
    [InlineData("sd-architecture")]
    [InlineData("hidden-entry-file")]
    public async Task Find_Tree_IsWhatSystemdBootStarts(string name)
    {
        using var scratch = new Scratch();
        var tree = scratch["tree"];
        await ExternalProgram.RunAsync("cp", ["-r", Path.Combine(AppContext.BaseDirectory, "Cases", name, "tree"), tree], s_options, _token);
        foreach (var file in Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories))
        {
            if (Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, _token)).Contains("KERNEL<", StringComparison.Ordinal))
            {
                await File.WriteAllBytesAsync(file, EfiKernel.Of(Path.GetRelativePath(tree, file)), _token);
            }
        }

        var spec = BootCatalog.Find(tree).Default;
        var initrds = spec.Initrds.Select(initrd => $"initrd=\\{Path.GetRelativePath(tree, initrd.Path).Replace('/', '\\')} ");
        Assert.Equal($"{Path.GetRelativePath(tree, spec.Kernel.Path)}[{string.Concat(initrds)}{spec.CommandLine}]", await StartAsync(scratch, tree));
    }

    /// <summary>Returns what the loader starts on a machine whose only disk is an EFI System partition with this content.</summary>
    private async Task<string> StartAsync(Scratch scratch, string tree)
    {
        var image = scratch["esp.img"];
        Directory.CreateDirectory(Path.Combine(tree, "EFI/BOOT"));
        File.Copy(Program, Path.Combine(tree, "EFI/BOOT/BOOTX64.EFI"), overwrite: true);
        await ExternalProgram.RunAsync("truncate", ["-s", "40M", image], s_options, _token);
        await ExternalProgram.RunAsync("mkfs.fat", ["-F", "32", image], s_options, _token);
        await ExternalProgram.RunAsync("mcopy", ["-s", "-i", image, .. Directory.GetFileSystemEntries(tree), "::/"], s_options, _token);
        using var run = new RunDirectory();
        var options = new VirtualMachineOptions
        {
            Name = "judge", Startup = new Startup.Uefi(), Disks = [new VirtualDisk(image)], Memory = 256, Processors = 1, EndOnReset = true,
            LogDirectory = run.Path, RunDirectory = run.Path,
        };
        await using var machine = await VirtualMachine.StartAsync(options, new RunClock(), (_, _) => { }, _token);
        var said = await machine.Console.WaitForAsync(Started(), TimeLimits.FirmwareStart, _token);
        return said.Groups["what"].Value.Replace("\n", "", StringComparison.Ordinal).Trim();
    }

    [GeneratedRegex(@"<stiefel (?<what>[^<>]*\])>")]
    private static partial Regex Started();
}
