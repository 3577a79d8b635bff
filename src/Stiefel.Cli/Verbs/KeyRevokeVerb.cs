using System.CommandLine;
using Stiefel.Cli.Control;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel key revoke`: removes a key from a directory of this machine or from a running server.</summary>
internal static class KeyRevokeVerb
{
    public static Command Build()
    {
        var name = new Argument<string>("NAME") { Description = "Which key" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        var server = new Option<string?>("--server")
        {
            HelpName = "HOST[:PORT]",
            Description = "Revoke it at this server, for example 192.168.1.5, [fe80::1%eth0]:4645 or laptop. A laptop that serves from its ramdisk has copies of its keys: "
                + "revoke a key there, so that it ends at once, and in the laptop's own directory, so that it is not copied again",
        };
        var key = KeyVerb.AskingOption();
        key.Description = "The key to identify yourself with at --server: a name in the directory or a file NAME.key; optional if the directory holds only one";
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        json.Description = "For programs: the answer as one line of JSON; with --yes";
        var command = new Command("revoke", "Stop accepting a key; the server that uses this directory, or the named one, ends the key's sessions at once")
        {
            name, yes, server, key, directory, json,
        };
        command.SetAction(async (parsed, token) =>
        {
            var revoked = parsed.GetRequiredValue(name);
            KeyDirectory.CheckName(revoked);
            var keys = parsed.GetRequiredValue(directory);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json) && !parsed.GetValue(yes))
            {
                throw new UsageException("--json asks nothing: say --yes as well");
            }

            if (parsed.GetValue(server) is { } host)
            {
                using var asking = AskingKey.Load(keys, parsed.GetValue(key));
                using var plane = ControlPlane.Of(host, asking);
                Confirm(parsed.GetValue(yes), revoked, $" at {host}", output);
                var answer = await WaitNotice.TellAsync(
                    plane.DeleteAsync($"/api/v1/keys/{revoked}", token), $"waiting: {host} answers once everything that desktops wrote is on the disk",
                    parsed.GetValue(json) ? parsed.InvocationConfiguration.Error : output);
                var words = RevocationText.Of(answer, host, DerivedCertificate.NameOf(asking));
                await output.WriteAsync(parsed.GetValue(json) ? answer + "\n" : words);
                return ExitCode.Done;
            }

            if (parsed.GetValue(key) is not null)
            {
                throw new UsageException("--key works with --server only: name the server with --server, or leave --key out");
            }

            Confirm(parsed.GetValue(yes), revoked, "", output);
            RevokeHere(new KeyDirectory(keys), revoked, parsed.GetValue(json), output);
            return ExitCode.Done;
        });
        return command.WithExamples(
            "stiefel key revoke blue-stick",
            "stiefel key revoke blue-stick.old --yes",
            "stiefel key revoke blue-stick --server 192.168.1.5 --key red-stick",
            "stiefel key revoke blue-stick --server fe80::5054:ff:fe12:3457%eth0 --key ./red-stick.key");
    }

    private static void RevokeHere(KeyDirectory keys, string key, bool isForPrograms, TextWriter output)
    {
        var others = keys.Revoke(key);
        if (others.Count > 0)
        {
            throw new FailedException($"{key} is removed, but the same key is still accepted, because it is here as {string.Join(", ", others)} too; " +
                $"revoke that as well: {string.Join("; ", others.Select(other => $"stiefel key revoke {other}"))}");
        }

        if (isForPrograms)
        {
            output.WriteLine(JsonLine.Of(("name", key), ("directory", keys.Path)));
            return;
        }

        output.WriteLine($"{key} is no longer accepted: sticks with it stop working, and a desktop that runs with it loses its disk now");
        output.WriteLine($"a laptop that is serving from its ramdisk now has copies of the keys; revoke it there too: stiefel key revoke {key} --server HOST");
    }

    // Ask first: a desktop that runs with this key loses its disk in the middle of its work.
    private static void Confirm(bool isSure, string key, string where, TextWriter output)
    {
        if (isSure)
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw new RefusedException($"cannot ask whether to revoke {key} without a terminal; use --yes");
        }

        output.Write($"Revoke {key}{where}? A desktop that runs with it loses its disk at once. Type yes: ");
        if (Console.ReadLine()?.Trim() != "yes")
        {
            throw new RefusedException("nothing was changed");
        }
    }
}
