using System.CommandLine;
using System.Text.Json;
using Stiefel.Cli.Control;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel return`: makes a laptop leave its ramdisk for its own system.</summary>
internal static class ReturnVerb
{
    public static Command Build()
    {
        var json = StatusVerbs.Json();
        var host = StatusVerbs.Host();
        var key = KeyVerb.AskingOption();
        var directory = KeyVerb.DirectoryOption();
        var powerOff = new Option<bool>("--power-off") { Description = "Switch the laptop off instead" };
        var reboot = new Option<bool>("--reboot") { Description = "Restart it through its firmware, regardless of its settings" };
        var force = new Option<bool>("--force") { Description = "Even while a desktop has the disk: the desktop loses the disk, and what it has not written yet" };
        var command = new Command("return", "Make a serving laptop return to its own system; refused while a desktop has its disk") { host, key, directory, powerOff, reboot, force, json };
        command.SetAction(async (parsed, token) =>
        {
            if (parsed.GetValue(powerOff) && parsed.GetValue(reboot))
            {
                throw new UsageException("--power-off and --reboot exclude each other: use one of them");
            }

            using var shared = AskingKey.Load(parsed.GetRequiredValue(directory), parsed.GetValue(key));
            using var plane = ControlPlane.Of(parsed.GetValue(host), shared);
            var way = parsed.GetValue(powerOff) ? "shutdown" : parsed.GetValue(reboot) ? "reboot" : "return";
            var answer = await plane.PostAsync($"/api/v1/{way}{(parsed.GetValue(force) ? "?force=true" : "")}", token);
            var action = Read(answer);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json) ? answer : $"the laptop leaves the ramdisk ({action})");
            return ExitCode.Done;
        });
        return command.WithExamples("stiefel return 192.168.1.5", "stiefel return --power-off", "stiefel return --force fe80::5054:ff:fe12:3457%eth0");
    }

    private static string Read(string answer)
    {
        try
        {
            return PrintableText.Of(ControlDocuments.ReadLeaving(answer).Action);
        }
        catch (JsonException error)
        {
            throw new FailedException("this version does not understand the server's answer; look at the laptop's screen", error);
        }
    }
}
