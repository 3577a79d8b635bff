using System.CommandLine;
using Stiefel.Cli.Doctor;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel doctor`: tells whether this laptop's disk could be served, and what to do if not.</summary>
internal static class DoctorVerb
{
    public static Command Build()
    {
        var json = new Option<bool>("--json") { Description = "For programs: every finding with its id, grade (stop, note, fine), text and remedy" };
        var root = new Option<string>("--root") { HelpName = "DIR", Description = "Look at the root file system in this directory", DefaultValueFactory = _ => "/" };
        var command = new Command("doctor", "Tell whether this laptop's disk could be served, and what to do if not; changes nothing. Exits with 0 if it could, 1 if not") { json, root };
        command.SetAction(async (parsed, _) =>
        {
            var directory = parsed.GetRequiredValue(root);
            if (!Directory.Exists(directory))
            {
                throw new UsageException($"--root {directory}: there is no such directory");
            }

            using var tree = new LaptopTree(directory);
            var diagnosis = Diagnosis.Of(new LaptopFacts(tree));
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteAsync(parsed.GetValue(json) ? FindingsDocument.Of(diagnosis) + "\n" : FindingsText.Of(diagnosis, TerminalColor.IsWanted(output)));
            return diagnosis.WouldWork ? ExitCode.Done : ExitCode.Failed;
        });
        return command.WithExamples("stiefel doctor", "stiefel doctor --json | jq -r '.findings[] | select(.grade == \"stop\") | .remedy'", "stiefel doctor --root /mnt");
    }
}
