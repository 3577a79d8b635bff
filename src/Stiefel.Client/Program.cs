using System.CommandLine;
using Stiefel.Client.Failures;
using Stiefel.Client.Rescue;
using Stiefel.Client.Screen;
using Stiefel.Client.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;

Descriptor.FillStandard();
try
{
    if (args is [BootVerb.Name or DiscoverVerb.Name or FetchVerb.Name, ..])
    {
        // These verbs listen to the network. docs/security.md#privileges says what each privilege is for, and a test compares.
        LeastPrivilege.Keep(
        [
            Capability.NetAdmin, Capability.SysBoot, Capability.DacOverride, .. args.Contains(BootVerb.DhcpOption) ? [Capability.NetRaw] : Array.Empty<Capability>(),
        ]);
    }
    else if (args is [AttachVerb.Name, ..])
    {
        // The privileges that remain are for the agent: load drivers while that is still possible.
        RescueDrivers.Load(args);
        LeastPrivilege.Keep(
            Capability.SysAdmin, Capability.NetAdmin, Capability.IpcLock, Capability.SysResource, Capability.MakeNode, Capability.DacOverride,
            Capability.NetBindService);
    }
}
catch (LinuxException problem)
{
    await Console.Error.WriteLineAsync($"stiefel-client: {problem.Message}");
    return ExitCode.Failed;
}

var client = new RootCommand("Boot this machine from a laptop's disk: find the laptop, fetch its kernel and initrd, start them.")
{
    BootVerb.Build(),
    DiscoverVerb.Build(),
    FetchVerb.Build(),
    AttachVerb.Build(),
    DetachVerb.Build(),
    OwnSystemVerb.Build(),
};
client.WithExamples(
    "stiefel-client discover --key stick.key   which laptops answer, and what they offer",
    "stiefel-client boot                       on the stick's ramdisk: boot from the laptop",
    "stiefel-client attach --key stick.key     on any Linux: the laptop's disk as /dev/nbdN, read-only");

return await new VerbRunner("stiefel-client", Failure.AsVerbException).RunAsync(client, args, StandardStreams.Output, StandardStreams.Error);
