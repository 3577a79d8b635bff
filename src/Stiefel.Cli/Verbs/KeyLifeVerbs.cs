using System.CommandLine;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel key new|rotate`: makes a key, or replaces one with a fresh key.</summary>
internal static class KeyLifeVerbs
{
    public static Command BuildNew()
    {
        var name = new Argument<string>("NAME") { Description = "The key's name, for example after its stick: blue-stick" };
        var typed = new Option<bool>("--pairing") { Description = "16 random bytes instead of 32, short enough to be typed on a desktop without a stick" };
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("new", "Make a fresh key of 32 random bytes") { name, typed, directory, json };
        command.SetAction(parsed =>
        {
            var keys = new KeyDirectory(parsed.GetRequiredValue(directory));
            var file = keys.Create(parsed.GetRequiredValue(name), parsed.GetValue(typed) ? SharedKey.OldSize : SharedKey.Size);
            if (parsed.GetValue(json))
            {
                parsed.InvocationConfiguration.Output.WriteLine(JsonLine.Of(("name", parsed.GetRequiredValue(name)), ("file", file)));
                return;
            }

            parsed.InvocationConfiguration.Output.WriteLine($"made {file}");
            if (parsed.GetValue(typed))
            {
                parsed.InvocationConfiguration.Output.WriteLine($"on the desktop, type the code that this command shows: stiefel key show {parsed.GetRequiredValue(name)} --pairing");
            }
        });
        return command.WithExamples("stiefel key new blue-stick", "stiefel key new test --directory ./keys");
    }

    public static Command BuildRotate()
    {
        var name = new Argument<string>("NAME") { Description = "Which key" };
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("rotate", "Make a fresh key under the same name; the previous one is still accepted, as NAME.old, until you revoke it") { name, directory, json };
        command.SetAction(parsed =>
        {
            var keys = new KeyDirectory(parsed.GetRequiredValue(directory));
            var key = parsed.GetRequiredValue(name);
            (var before, var bytes) = keys.Rotate(key);
            var isTyped = bytes == SharedKey.OldSize;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonLine.Of(("name", key), ("before", before)));
                return;
            }

            output.WriteLine($"{key} is a fresh key; {(isTyped ? $"on the desktop, type the code that this command shows: stiefel key show {key} --pairing" : "write the stick again with it")}");
            output.WriteLine($"the previous key is still accepted; once {(isTyped ? "the desktop has the fresh one" : "the stick is written")}, revoke it: stiefel key revoke {before}");
        });
        return command.WithExamples("stiefel key rotate blue-stick");
    }
}
