using System.CommandLine;
using Stiefel.Cli.Control;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Report;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel report`: collects what is needed to find out why something does not work.</summary>
internal static class ReportVerb
{
    public static Command Build()
    {
        var host = new Argument<string?>("HOST") { Arity = ArgumentArity.ZeroOrOne, Description = "The laptop's control plane, to be included in the report [this machine's, if it answers]" };
        var file = new Option<string?>("--out") { HelpName = "FILE", Description = "Write the archive here [./stiefel-report-NAME-TIME.tar.gz]" };
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "Configuration", DefaultValueFactory = _ => "/etc/stiefel/config.yaml" };
        var key = KeyVerb.AskingOption();
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("report", "Collect in one archive what a bug report needs from this machine and from a serving laptop, without secrets. Run it on both machines if you can")
        {
            host, file, config, key, directory, json,
        };
        command.SetAction(async (parsed, token) =>
        {
            var output = parsed.GetValue(json) ? parsed.InvocationConfiguration.Error : parsed.InvocationConfiguration.Output;
            var keys = new KeyDirectory(parsed.GetRequiredValue(directory));
            var name = $"stiefel-report-{Environment.MachineName}-{DateTime.Now:yyyyMMdd-HHmmss}";
            var target = parsed.GetValue(file) ?? $"{name}.tar.gz";
            using var shared = TryLoad(keys.Path, parsed.GetValue(key), parsed.GetValue(host) is not null, output);
            using var plane = shared is null ? null : ControlPlane.Of(parsed.GetValue(host), shared);
            await ReportArchive.WriteAsync(
                target, name, [.. ReportParts.OfThisMachine(parsed.GetRequiredValue(config), keys), .. plane is null ? [] : ReportParts.OfServer(plane)],
                Redaction.Of(keys), part => output.WriteLine($"  {part}"), token);
            await output.WriteLineAsync($"{target}: look through it before you send it; keys, tokens and passphrases are taken out, names of disks, networks and programs are not");
            if (parsed.GetValue(json))
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonLine.Of(("file", Path.GetFullPath(target))));
            }

            return ExitCode.Done;
        });
        return command.WithExamples("sudo stiefel report", "sudo stiefel report 192.168.1.5", "sudo stiefel report --key blue-stick --out /tmp/report.tar.gz");
    }

    // A laptop without a key is worth a report too, unless the user named a server, which takes a key.
    private static SharedKey? TryLoad(string directory, string? key, bool isNeeded, TextWriter output)
    {
        try
        {
            return AskingKey.Load(directory, key);
        }
        catch (Exception error) when (!isNeeded && key is null && error is (KeyFileException or VerbException or IOException or UnauthorizedAccessException))
        {
            output.WriteLine($"no server is asked: {error.Message}");
            return null;
        }
    }
}
