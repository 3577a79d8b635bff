using System.CommandLine;
using System.Diagnostics;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Containers;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel test-nspawn`: tries the ramdisk's files and programs in containers.</summary>
internal static class TestNspawnVerb
{
    private static readonly string[] s_programs = [RamdiskContainer.Program, "cpio", "ip", "unsquashfs"];

    public static Command Build()
    {
        var directory = new Option<string?>("--ramdisk") { HelpName = "DIR", Description = "The directory that `stiefel create-initrd --out DIR` wrote the ramdisk to [where create-initrd writes it without --out]" };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "Configuration [./config.yaml, else /etc/stiefel/config.yaml, else the defaults]" };
        var shell = new Option<bool>("--shell") { Description = "Make no checks, but start a shell among the ramdisk's files; what it changes in them is lost" };
        var json = new Option<bool>("--json") { Description = "For programs: every check with its name, whether it passed, and what was found" };
        var command = new Command("test-nspawn", "Try the ramdisk in containers, in seconds: its files, and its programs as laptop and as desktop. Exits with 0 if all is well, 1 if not") { directory, config, shell, json };
        command.SetAction((parsed, token) => RunAsync(
            RamdiskImage.Find(parsed.GetValue(directory) ?? RamdiskRequest.DefaultOutput(ConfigurationFile.Load(parsed.GetValue(config)))),
            parsed.GetValue(shell), parsed.GetValue(json), parsed.InvocationConfiguration.Output, token));
        return command.WithExamples("stiefel test-nspawn", "stiefel test-nspawn --ramdisk out", "stiefel test-nspawn --shell");
    }

    private static async Task<int> RunAsync(RamdiskImage image, bool shell, bool json, TextWriter output, CancellationToken token)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new RefusedException("test-nspawn starts containers, which only root can do: run it with sudo");
        }

        foreach (var program in s_programs.Where(program => ExternalProgram.Find(program) is null))
        {
            throw new FailedException($"{program}: {ExternalProgram.WhyMissing(program)}");
        }

        // For programs, only the document.
        var lines = json ? TextWriter.Null : output;
        await lines.WriteLineAsync($"unpacking {image.Initrd} …");
        using var ramdisk = await UnpackedRamdisk.MakeAsync(image, token);
        if (shell)
        {
            return await ShellAsync(ramdisk, token);
        }

        using var tree = new LaptopTree("/");
        var clock = Stopwatch.StartNew();
        var checks = await new RamdiskTrial(image, ramdisk, [.. KernelNeeds.OfHardware(new LaptopFacts(tree))]).RunAsync(lines.WriteLine, token);
        var (isWell, seconds) = (checks.All(check => check.Passed), clock.Elapsed.TotalSeconds);
        await output.WriteLineAsync(json ? TrialCheck.Json(checks, seconds) : isWell ? $"the ramdisk passed, in {seconds:0.0} s" : "the ramdisk did not pass");
        return isWell ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<int> ShellAsync(UnpackedRamdisk ramdisk, CancellationToken token)
    {
        using var cable = new ContainerCable();
        using var given = new TrialFiles();
        await new RamdiskContainer(ramdisk.Root, cable.Laptop, given.Laptop).RunOnTerminalAsync(["/early/busybox", "sh"], token);
        return ExitCode.Done;
    }
}
