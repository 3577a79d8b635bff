using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Stiefel.BootFiles.Catalog;
using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Judges;

/// <summary>
/// Runs the real syslinux (on FAT) and extlinux (on ext2) under SeaBIOS, and tests that they start the kernel, initrds and arguments that our reader
/// predicts. A start takes less than a second.
/// </summary>
[Trait("Needs", "long")]
public sealed partial class SyslinuxTests
{
    private const string Programs = "/usr/lib/syslinux/modules/bios";
    private const string Initrd = "initrd=";

    // The limit for a start, including the second that a menu waits.
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(30);
    private static readonly string[] s_modules = ["ldlinux", "menu", "vesamenu", "libcom32", "libutil"];
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(60) };

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public static TheoryData<string> Trees
        => [.. new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "Cases")).EnumerateDirectories().Where(HasConfiguration).Select(one => one.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Trees))]
    public async Task Find_Tree_IsWhatSyslinuxStarts(string name)
    {
        using var scratch = new Scratch();
        var tree = scratch["tree"];
        await ExternalProgram.RunAsync("cp", ["-r", Path.Combine(AppContext.BaseDirectory, "Cases", name, "tree"), tree], s_options, _token);
        var initrds = 0;
        foreach (var file in Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories))
        {
            var content = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, _token));
            if (content.Contains("KERNEL<", StringComparison.Ordinal))
            {
                await File.WriteAllBytesAsync(file, BiosKernel.Of(Path.GetRelativePath(tree, file)), _token);
            }
            else if (content.Contains("INITRD<", StringComparison.Ordinal))
            {
                // Give each initrd a different power of two as its length, so that the sum tells which ones were loaded.
                await File.WriteAllBytesAsync(file, new byte[4 << initrds++], _token);
            }
        }

        var directory = Path.GetRelativePath(tree, Path.GetDirectoryName(Configuration(tree))!);
        var spec = BootCatalog.Find(tree).Default;
        var names = spec.Initrds.Select(initrd => Path.GetFileName(initrd.Path));
        var found = new Start(Path.GetRelativePath(tree, spec.Kernel.Path), spec.CommandLine, string.Join(',', names), spec.Initrds.Sum(initrd => initrd.Length));
        Assert.Equal(found, await StartAsync(scratch, tree, directory, isExtlinux: Configuration(tree).EndsWith("extlinux.conf", StringComparison.Ordinal)));
    }

    /// <summary>The kernel that is started, and what the loader passes to it.</summary>
    private sealed record Start(string Kernel, string Arguments, string Initrds, long Length);

    private async Task<Start> StartAsync(Scratch scratch, string tree, string directory, bool isExtlinux)
    {
        foreach (var module in s_modules)
        {
            File.Copy($"{Programs}/{module}.c32", Path.Combine(tree, directory, $"{module}.c32"), overwrite: true);
        }

        var image = scratch["disk.img"];
        await ExternalProgram.RunAsync("truncate", ["-s", "16M", image], s_options, _token);
        await (isExtlinux ? FillExtAsync(scratch, image, tree, directory) : FillFatAsync(image, tree, directory));
        using var run = new RunDirectory();
        var options = new VirtualMachineOptions
        {
            Name = "judge", Startup = new Startup.Bios(), Disks = [new VirtualDisk(image)], Memory = 128, Processors = 1, EndOnReset = true,
            LogDirectory = run.Path, RunDirectory = run.Path,
        };
        await using var machine = await VirtualMachine.StartAsync(options, new RunClock(), (_, _) => { }, _token);
        var said = (await machine.Console.WaitForAsync(Started(), s_start, _token)).Groups;
        var arguments = said["arguments"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var initrds = arguments.FirstOrDefault(argument => argument.StartsWith(Initrd, StringComparison.Ordinal))?[Initrd.Length..] ?? "";
        return new Start(
            said["kernel"].Value,
            string.Join(' ', arguments.Where(argument => !argument.StartsWith(Initrd, StringComparison.Ordinal) && !argument.StartsWith("BOOT_IMAGE=", StringComparison.Ordinal))),
            string.Join(',', initrds.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFileName)),
            long.Parse(said["length"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    private async Task FillFatAsync(string image, string tree, string directory)
    {
        await ExternalProgram.RunAsync("mkfs.fat", ["-F", "16", image], s_options, _token);
        await ExternalProgram.RunAsync("mcopy", ["-s", "-i", image, .. Directory.GetFileSystemEntries(tree), "::/"], s_options, _token);
        await ExternalProgram.RunAsync("syslinux", [.. directory == "." ? (string[])[] : ["-d", $"/{directory}"], "--install", image], s_options, _token);
    }

    private async Task FillExtAsync(Scratch scratch, string image, string tree, string directory)
    {
        var mount = Directory.CreateDirectory(scratch["mount"]).FullName;
        await ExternalProgram.RunAsync("mke2fs", ["-q", "-t", "ext2", "-d", tree, image], s_options, _token);
        await ExternalProgram.RunAsync("sh", ["-ec", $"mount -o loop '{image}' '{mount}'; trap \"umount '{mount}'\" EXIT; extlinux --install '{mount}/{directory}'"], s_options, _token);
    }

    private static bool HasConfiguration(DirectoryInfo one)
        => one.GetDirectories("tree") is [var tree] && !Directory.Exists(Path.Combine(tree.FullName, "grub")) && tree.EnumerateFiles("*", SearchOption.AllDirectories).Any(file => IsConfiguration(file.Name));

    private static string Configuration(string tree) => Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories).First(file => IsConfiguration(Path.GetFileName(file)));

    private static bool IsConfiguration(string name) => name is "syslinux.cfg" or "extlinux.conf";

    [GeneratedRegex(@"<stiefel (?<kernel>[^\[<>]*)\[(?<arguments>[^<>]*)\] (?<length>[0-9a-f]{8})>")]
    private static partial Regex Started();
}
