using System.CommandLine;
using System.Text.Json;
using Stiefel.Cli.Control;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel beep`: tests, silences or resumes the beeps of a laptop that serves.</summary>
internal static class BeepVerb
{
    private const string Path = "/api/v1/beep";

    public static Command Build()
    {
        var test = new Option<string?>("--test") { HelpName = "STATE", Description = $"Play the sound of a state once: {string.Join(", ", PowerStates.All)}" };
        var silence = new Option<bool>("--silence") { Description = "Stop the beeps until the laptop's power gets worse or it has been on mains" };
        var resume = new Option<bool>("--resume") { Description = "Let it beep again" };
        var json = StatusVerbs.Json();
        var host = StatusVerbs.Host();
        var key = KeyVerb.AskingOption();
        var directory = KeyVerb.DirectoryOption();
        var command = new Command("beep", "Test, silence or resume the beeps by which a serving laptop warns of its power") { host, test, silence, resume, key, directory, json };
        command.SetAction(async (parsed, token) =>
        {
            var request = Request(parsed.GetValue(test), parsed.GetValue(silence), parsed.GetValue(resume));
            using var shared = AskingKey.Load(parsed.GetRequiredValue(directory), parsed.GetValue(key));
            using var plane = ControlPlane.Of(parsed.GetValue(host), shared);
            var answer = await plane.PostAsync(Path, token, JsonSerializer.Serialize(request, ControlJson.Default.BeepRequest));
            var words = Describe(answer, request);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json) ? answer : words);
            return ExitCode.Done;
        });
        return command.WithExamples("stiefel beep --test low", "stiefel beep --silence 192.168.1.5", "stiefel beep --resume --key blue-stick 'fe80::5054:ff:fe12:3457%eth0'");
    }

    private static BeepRequest Request(string? test, bool silence, bool resume) => (test, silence, resume) switch
    {
        ({ } state, false, false) => PowerStates.All.Contains(state) ? new BeepRequest(Test: state)
            : throw new UsageException($"--test {state}: expected one of {string.Join(", ", PowerStates.All)}"),
        (null, true, false) => new BeepRequest(Silence: true),
        (null, false, true) => new BeepRequest(Silence: false),
        _ => throw new UsageException("expected one of --test, --silence or --resume"),
    };

    private static string Describe(string answer, BeepRequest request)
    {
        AlarmStatus alarm;
        try
        {
            alarm = ControlDocuments.ReadAlarm(answer);
        }
        catch (JsonException error)
        {
            throw new FailedException("this version does not understand the server's answer; use the same version of stiefel on both machines", error);
        }

        var done = request.Test is { } state ? $"the laptop sounds as if it were {state}"
            : alarm.IsSilenced ? "the laptop is silent until its power gets worse or it has been on mains"
            : "the laptop beeps again when its power is in danger";
        return alarm.HasSpeaker ? done : $"{done}; its kernel knows no speaker, so only the lights of its keyboard flash";
    }
}
