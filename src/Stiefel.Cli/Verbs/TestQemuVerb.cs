using System.CommandLine;
using Stiefel.Cli.Machines;
using Stiefel.CommandLine;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel test-qemu`: runs one virtual machine on this terminal, laptop or desktop; two terminals make the pair.</summary>
internal static class TestQemuVerb
{
    private const string RamdiskDescription = "The directory that `stiefel create-initrd --out DIR` wrote the ramdisk to";

    public static Command Build() => new("test-qemu", "Run the ramdisk in a virtual machine, on this terminal (Ctrl-A X ends it)")
    {
        BuildServer(),
        BuildClient(),
    };

    private static Command BuildServer()
    {
        var ramdisk = RamdiskOption();
        var disk = new Option<string?>("--disk") { HelpName = "FILE", Description = "Disk image to serve, which will be changed [a fresh small Debian]" };
        var key = KeyOption();
        var append = AppendOption();
        var accelerator = AcceleratorOption();
        var command = new Command("server", "The laptop's side; start it first") { ramdisk, disk, key, append, accelerator };
        command.SetAction((parsed, token) => new TestQemuRun(parsed.InvocationConfiguration.Output, parsed.GetRequiredValue(accelerator)).ServeAsync(
            parsed.GetRequiredValue(ramdisk), parsed.GetValue(disk), parsed.GetValue(key), parsed.GetRequiredValue(append), token));
        return command.WithExamples("stiefel test-qemu server --ramdisk out", "stiefel test-qemu server --ramdisk out --disk my-disk.img");
    }

    private static Command BuildClient()
    {
        var ramdisk = RamdiskOption();
        var firmware = FirmwareWords.Option();
        var key = KeyOption();
        var append = AppendOption();
        var accelerator = AcceleratorOption();
        var command = new Command("client", "The desktop's side, connected to the running server") { ramdisk, firmware, key, append, accelerator };
        command.SetAction((parsed, token) => new TestQemuRun(parsed.InvocationConfiguration.Output, parsed.GetRequiredValue(accelerator)).BootAsync(
            parsed.GetRequiredValue(ramdisk), parsed.GetValue(firmware), parsed.GetValue(key), parsed.GetRequiredValue(append), token));
        return command.WithExamples("stiefel test-qemu client --ramdisk out", "stiefel test-qemu client --ramdisk out --firmware uefi");
    }

    private static Option<string> RamdiskOption() => new("--ramdisk") { HelpName = "DIR", Description = RamdiskDescription, Required = true };

    private static Option<string?> KeyOption()
        => new("--key") { HelpName = "FILE", Description = "The shared key [one that is kept for these tests]" };

    private static Option<string> AppendOption()
        => new("--append") { HelpName = "ARGUMENTS", Description = "More kernel arguments, for example stiefel.Disk.ReadOnly=true", DefaultValueFactory = _ => "" };

    private static Option<string> AcceleratorOption()
        => new("--accel") { HelpName = "NAME", Description = "QEMU's accelerator; kvm is quicker where it works", DefaultValueFactory = _ => QemuCommandLine.UsualAccelerator };
}
