using System.CommandLine;
using Stiefel.Cli.Machines;
using Stiefel.CommandLine;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel demo`: the whole story in two virtual machines.</summary>
internal static class DemoVerb
{
    private static readonly (string Word, InitramfsMaker Initrd)[] s_payloads =
        [("initramfs-tools", InitramfsMaker.InitramfsTools), ("dracut", InitramfsMaker.Dracut)];

    public static Command Build()
    {
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Write the phases with their times to this file" };
        var work = new Option<string?>("--work") { HelpName = "DIR", Description = "Put disk images and logs here, and keep them" };
        var keep = new Option<bool>("--keep") { Description = "Keep disk images and logs" };
        var firmware = FirmwareWords.Option();
        var payload = PayloadOption();
        var artifacts = new Option<string?>("--use-artifacts") { HelpName = "DIR", Description = "Use the ramdisk in this directory (from `stiefel create-initrd --out DIR`)" };
        var accelerator = new Option<string?>("--accel") { HelpName = "NAME", Description = "QEMU's accelerator; kvm is quicker where it works" };
        var command = new Command("demo", "Boot a virtual desktop from a virtual laptop's disk; nothing outside the two machines is touched")
        {
            json, work, keep, firmware, payload, artifacts, accelerator,
        };
        command.SetAction((parsed, token) =>
        {
            var options = new DemoOptions
            {
                JsonFile = parsed.GetValue(json),
                WorkDirectory = parsed.GetValue(work),
                Keep = parsed.GetValue(keep),
                Firmware = parsed.GetValue(firmware),
                Payload = s_payloads.First(known => known.Word == parsed.GetValue(payload)).Initrd,
                Artifacts = parsed.GetValue(artifacts),
                Accelerator = parsed.GetValue(accelerator),
            };
            return new DemoRun(options, parsed.InvocationConfiguration.Output).RunAsync(token);
        });
        return command.WithExamples("stiefel demo", "stiefel demo --firmware uefi --payload dracut --json phases.json");
    }

    private static Option<string> PayloadOption()
    {
        string[] words = [.. s_payloads.Select(known => known.Word)];
        var option = new Option<string>("--payload")
        {
            HelpName = string.Join('|', words),
            Description = "What makes the initramfs of the laptop's own system",
            DefaultValueFactory = _ => words[0],
        };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
