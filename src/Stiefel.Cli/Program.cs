using System.CommandLine;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Verbs;

var stiefel = new RootCommand("Boot a desktop PC from this laptop's disk, over a cable.")
{
    KeyVerb.Build(),
    CreateInitrdVerb.Build(),
};

return await VerbRunner.RunAsync(stiefel, args).ConfigureAwait(false);
