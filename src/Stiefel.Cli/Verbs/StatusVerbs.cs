using System.CommandLine;
using System.Text.Json;
using Stiefel.Cli.Control;
using Stiefel.Cli.Status;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel status` shows what a server does; `stiefel kick` ends a session.</summary>
internal static class StatusVerbs
{
    public static Command BuildStatus()
    {
        var host = Host();
        var key = KeyVerb.AskingOption();
        var directory = KeyVerb.DirectoryOption();
        var watch = new Option<bool>("--watch") { Description = "Show it live until stopped, with the disk's activity; with --json, one line each second" };
        var json = Json();
        var command = new Command("status", "Show what a server is doing: its disk, who has it, and what each desktop did") { host, key, directory, watch, json };
        command.SetAction(async (parsed, token) =>
        {
            using var shared = AskingKey.Load(parsed.GetRequiredValue(directory), parsed.GetValue(key));
            using var plane = ControlPlane.Of(parsed.GetValue(host), shared);
            var output = parsed.InvocationConfiguration.Output;
            if (!parsed.GetValue(watch))
            {
                var text = await plane.GetAsync("/api/v1/status", token);
                await output.WriteAsync(parsed.GetValue(json) ? text + "\n" : Readable(text));
                return ExitCode.Done;
            }

            var terminal = WatchTerminal.Of(
                output == Console.Out && !Console.IsOutputRedirected, TerminalColor.IsWanted(output), parsed.GetValue(json), Environment.GetEnvironmentVariable,
                () => (Console.WindowWidth, Console.WindowHeight));
            var server = new ServerWatch(plane, output, terminal, TimeProvider.System);
            await (parsed.GetValue(json) ? server.WriteJsonAsync(token) : server.ShowAsync(token));
            return ExitCode.Done;
        });
        return command.WithExamples("stiefel status", "stiefel status --watch fe80::5054:ff:fe12:3457%eth0", "stiefel status --json --key blue-stick 192.168.1.5");
    }

    public static Command BuildKick()
    {
        var json = new Option<bool>("--json") { Description = "Print the session's full id as JSON, for programs" };
        var session = new Argument<string>("SESSION") { Description = "The session's id, or its beginning; `stiefel status` shows it" };
        var host = Host();
        var key = KeyVerb.AskingOption();
        var directory = KeyVerb.DirectoryOption();
        var command = new Command("kick", "End a session: its desktop loses the disk at once and must boot again") { session, host, key, directory, json };
        command.SetAction(async (parsed, token) =>
        {
            using var shared = AskingKey.Load(parsed.GetRequiredValue(directory), parsed.GetValue(key));
            using var plane = ControlPlane.Of(parsed.GetValue(host), shared);
            var id = Choose(await plane.GetAsync("/api/v1/sessions", token), parsed.GetRequiredValue(session));
            var output = parsed.InvocationConfiguration.Output;
            await WaitNotice.TellAsync(
                plane.DeleteAsync($"/api/v1/sessions/{id}", token), "waiting: the server answers once everything that the desktop wrote is on the disk",
                parsed.GetValue(json) ? parsed.InvocationConfiguration.Error : output);

            // The id consists of hexadecimal digits, so nothing needs to be escaped.
            await output.WriteLineAsync(parsed.GetValue(json) ? $"{{\"session\":\"{id}\",\"ended\":true}}" : $"session {id} is ended");
            return ExitCode.Done;
        });
        return command.WithExamples("stiefel kick 6c472c2c", "stiefel kick 6c472c2c 192.168.1.5");
    }

    private static string Readable(string json)
    {
        try
        {
            return StatusText.Of(json);
        }
        catch (JsonException error)
        {
            throw new FailedException("this version does not understand the server's status; --json shows it as it is", error);
        }
    }

    private static string Choose(string sessions, string beginning)
    {
        List<string> found = [.. Read(sessions).Select(session => session.Id)
            .Where(id => id.StartsWith(beginning, StringComparison.OrdinalIgnoreCase) && id.All(char.IsAsciiHexDigit))];
        return found.Count switch
        {
            1 => found[0],
            0 => throw new FailedException($"no session's id begins with '{beginning}'; `stiefel status` lists them"),
            _ => throw new UsageException($"the ids of {found.Count} sessions begin with '{beginning}': give more of the id"),
        };
    }

    private static IReadOnlyList<SessionStatus> Read(string sessions)
    {
        try
        {
            return ControlDocuments.ReadSessions(sessions);
        }
        catch (JsonException error)
        {
            throw new FailedException("this version does not understand the server's list of sessions; use the same version of stiefel on both machines", error);
        }
    }

    /// <summary>The option that prints the server's answer as it is, for programs, instead of words.</summary>
    internal static Option<bool> Json() => new("--json") { Description = "Print the server's answer as JSON, for programs" };

    internal static Argument<string?> Host() => new("HOST")
    {
        Description = "The server, for example 192.168.1.5, [fe80::1%eth0]:4645 or laptop [this machine]",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
