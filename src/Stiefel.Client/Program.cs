using System.CommandLine;
using Stiefel.Client.Verbs;

var client = new RootCommand("Boot this machine from a laptop's disk: find the laptop, fetch its kernel and initrd, start them.")
{
    BootVerb.Build(),
    DiscoverVerb.Build(),
    FetchVerb.Build(),
};
client.WithExamples(
    "stiefel-client discover --key stick.key   which laptops answer, and what they offer",
    "stiefel-client boot                       on the stick's ramdisk: boot from the laptop");

return await VerbRunner.RunAsync(client, args).ConfigureAwait(false);
