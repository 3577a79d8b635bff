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

return await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(AllVerbs.Build(), args, Console.Out, Console.Error);
