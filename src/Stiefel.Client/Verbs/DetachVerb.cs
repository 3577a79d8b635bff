using System.CommandLine;
using Stiefel.Client.Rescue;
using Stiefel.CommandLine;

namespace Stiefel.Client.Verbs;

/// <summary>`stiefel-client detach`, which ends what `attach` began.</summary>
internal static class DetachVerb
{
    public const string Name = "detach";

    public static Command Build()
    {
        var force = new Option<bool>("--force") { Description = "Do not wait for a laptop that is away; it keeps its disk for this computer then" };
        var json = JsonLine.Option();
        var command = new Command(Name, "Take the laptop's disk away from this computer again. Refused while anything uses it (needs root)") { force, json };
        command.SetAction(async (parsed, token) =>
        {
            var io = parsed.InvocationConfiguration;
            var device = await RunAsync(parsed.GetValue(force), new AttachState(), parsed.GetValue(json) ? io.Error : io.Output, token);
            if (parsed.GetValue(json))
            {
                await io.Output.WriteLineAsync(JsonLine.Of(("device", $"/dev/{device}")));
            }

            return ExitCode.Done;
        });
        return command.WithExamples("umount /mnt && stiefel-client detach");
    }

    private static async Task<string> RunAsync(bool force, AttachState state, TextWriter output, CancellationToken token)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new UsageException("only root can detach a disk: use sudo");
        }

        var device = state.ReadDevice() ?? throw new FailedException("no laptop's disk is attached to this computer by `stiefel-client attach`");
        await new DetachSequence(new DetachingSystem(state), output.WriteLine).RunAsync(device, force, token);
        return device;
    }
}
