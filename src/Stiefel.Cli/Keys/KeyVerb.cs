using System.CommandLine;
using Stiefel.Cli.Verbs;

namespace Stiefel.Cli.Keys;

/// <summary>`stiefel key`: the keys that this laptop accepts, one per stick.</summary>
internal static class KeyVerb
{
    public static Command Build() => new("key", "Keys of this laptop and its sticks")
    {
        BuildNew(),
        BuildList(),
    };

    private static Command BuildNew()
    {
        var name = new Argument<string>("NAME") { Description = "What to call it, for example after the stick: blue-stick" };
        Option<string> directory = DirectoryOption();
        var command = new Command("new", "Make a fresh key of 32 random bytes") { name, directory };
        command.SetAction(parsed =>
        {
            string file = new KeyDirectory(parsed.GetRequiredValue(directory)).Create(parsed.GetRequiredValue(name));
            parsed.InvocationConfiguration.Output.WriteLine($"made {file}");
        });
        return command.WithExamples("stiefel key new blue-stick", "stiefel key new test --directory ./keys");
    }

    private static Command BuildList()
    {
        Option<string> directory = DirectoryOption();
        var command = new Command("list", "Names of the keys that this laptop accepts") { directory };
        command.SetAction(parsed =>
        {
            foreach (string name in new KeyDirectory(parsed.GetRequiredValue(directory)).List())
            {
                parsed.InvocationConfiguration.Output.WriteLine(name);
            }
        });
        return command.WithExamples("stiefel key list");
    }

    private static Option<string> DirectoryOption() => new("--directory")
    {
        HelpName = "DIR",
        Description = "Folder of the keys",
        DefaultValueFactory = _ => KeyDirectory.DefaultPath,
    };
}
