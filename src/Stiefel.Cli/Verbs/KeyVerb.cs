using System.CommandLine;
using Stiefel.Cli.Keys;

namespace Stiefel.Cli.Verbs;

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
        Description = "Directory of the keys",
        DefaultValueFactory = _ => KeyDirectory.DefaultPath,
    };

    /// <summary>The option that names the key to identify oneself with at a control plane.</summary>
    public static Option<string?> AskingOption() => new("--key")
    {
        HelpName = "NAME|FILE",
        Description = "The key to identify yourself with: a name in the directory or a file NAME.key; optional if the directory holds only one",
    };

    public static Argument<string?> OptionalName() => new("NAME")
    {
        Description = "Which key; optional if there is only one",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
