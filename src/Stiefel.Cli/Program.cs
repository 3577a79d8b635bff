using System.CommandLine;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;

Descriptor.FillStandard();
try
{
    if (args is [AutokexecVerb.Name, ..])
    {
        AutokexecVerb.GiveUpPrivileges();
    }
}
catch (LinuxException problem)
{
    await Console.Error.WriteLineAsync($"stiefel: {problem.Message}");
    return ExitCode.Failed;
}

var stiefel = new RootCommand("Boot a desktop PC from this laptop's disk, over a cable.")
{
    KeyVerb.Build(),
    CreateInitrdVerb.Build(),
    SetupServerOsVerb.Build(),
    SetupClientUsbdriveVerb.Build(),
    AutokexecVerb.Build(),
    ServeNowVerb.Build(),
    StatusVerbs.BuildStatus(),
    StatusVerbs.BuildKick(),
    ReturnVerb.Build(),
    BeepVerb.Build(),
    DoctorVerb.Build(),
    ReportVerb.Build(),
    DemoVerb.Build(),
    TestQemuVerb.Build(),
};

return await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(stiefel, args, Console.Out, Console.Error);
