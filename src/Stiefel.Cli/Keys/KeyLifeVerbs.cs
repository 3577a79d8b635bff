using System.CommandLine;
using Stiefel.Cli.Verbs;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Keys;

/// <summary>`stiefel key new|rotate|revoke`: a key's beginning and end.</summary>
internal static class KeyLifeVerbs
{
    public static Command BuildNew()
    {
        var name = new Argument<string>("NAME") { Description = "What to call it, for example after the stick: blue-stick" };
        var typed = new Option<bool>("--pairing") { Description = "16 random bytes instead of 32, for a desktop without a stick where the key is typed" };
        Option<string> directory = KeyVerb.DirectoryOption();
        var command = new Command("new", "Make a fresh key of 32 random bytes") { name, typed, directory };
        command.SetAction(parsed =>
        {
            var keys = new KeyDirectory(parsed.GetRequiredValue(directory));
            string file = keys.Create(parsed.GetRequiredValue(name), parsed.GetValue(typed) ? SharedKey.OldSize : SharedKey.Size);
            parsed.InvocationConfiguration.Output.WriteLine($"made {file}");
            if (parsed.GetValue(typed))
            {
                parsed.InvocationConfiguration.Output.WriteLine($"type on the desktop what this shows: stiefel key show {parsed.GetRequiredValue(name)} --pairing");
            }
        });
        return command.WithExamples("stiefel key new blue-stick", "stiefel key new test --directory ./keys");
    }

    public static Command BuildRotate()
    {
        var name = new Argument<string>("NAME") { Description = "Which key" };
        Option<string> directory = KeyVerb.DirectoryOption();
        var command = new Command("rotate", "Make a fresh key under the same name; the one before is accepted as NAME.old until it is revoked") { name, directory };
        command.SetAction(parsed =>
        {
            var keys = new KeyDirectory(parsed.GetRequiredValue(directory));
            string before = keys.Rotate(parsed.GetRequiredValue(name));
            TextWriter output = parsed.InvocationConfiguration.Output;
            output.WriteLine($"{parsed.GetRequiredValue(name)} is a fresh key; write the stick again with it");
            output.WriteLine($"the key before is still accepted; when the stick is written: stiefel key revoke {before}");
        });
        return command.WithExamples("stiefel key rotate blue-stick");
    }

    public static Command BuildRevoke()
    {
        var name = new Argument<string>("NAME") { Description = "Which key" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        Option<string> directory = KeyVerb.DirectoryOption();
        var command = new Command("revoke", "Accept a key no more; a server that uses this folder ends its sessions at once") { name, yes, directory };
        command.SetAction(parsed =>
        {
            string key = parsed.GetRequiredValue(name);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (!parsed.GetValue(yes))
            {
                Confirm(key, output);
            }

            new KeyDirectory(parsed.GetRequiredValue(directory)).Revoke(key);
            output.WriteLine($"{key} is accepted no more: sticks with it are of no use, and a desktop that runs with it loses its disk now");
            output.WriteLine("a laptop that serves already from the ramdisk has copies of the keys of when it left its own system");
        });
        return command.WithExamples("stiefel key revoke blue-stick", "stiefel key revoke blue-stick.old --yes");
    }

    // A desktop that runs with this key loses its disk in the middle of its work.
    private static void Confirm(string key, TextWriter output)
    {
        if (Console.IsInputRedirected)
        {
            throw new RefusedException($"nobody is there to be asked whether to revoke {key}; say --yes");
        }

        output.Write($"Revoke {key}? A desktop that runs with it loses its disk at once. Type yes: ");
        if (Console.ReadLine()?.Trim() != "yes")
        {
            throw new RefusedException("nothing was changed");
        }
    }
}
