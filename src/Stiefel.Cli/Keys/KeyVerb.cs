using System.CommandLine;
using Stiefel.Cli.KeyFiles;

namespace Stiefel.Cli.Keys;

/// <summary>`stiefel key`: the keys that this laptop accepts, one per stick.</summary>
internal static class KeyVerb
{
    public static Command Build() => new("key", "Keys of this laptop and its sticks")
    {
        KeyLifeVerbs.BuildNew(),
        KeyShowVerbs.BuildShow(),
        KeyShowVerbs.BuildList(),
        KeyLifeVerbs.BuildRotate(),
        KeyRevokeVerb.Build(),
        KeySealVerb.Build(),
        KeyShowVerbs.BuildToken(),
        KeyShowVerbs.BuildCertificate(),
    };

    public static Option<string> DirectoryOption() => new("--directory")
    {
        HelpName = "DIR",
        Description = "Folder of the keys",
        DefaultValueFactory = _ => KeyDirectory.DefaultPath,
    };

    public static Argument<string?> OptionalName() => new("NAME")
    {
        Description = "Which key; may be left out if there is only one",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
