using System.CommandLine;
using Stiefel.Client.Rescue;
using Stiefel.Client.Screen;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Linux.Mounts;

namespace Stiefel.Client.Verbs;

/// <summary>`stiefel-client attach` on any running Linux: the laptop's disk as a block device, for rescue and copying.</summary>
internal static class AttachVerb
{
    private const int DefaultSeconds = 30;

    public const string Name = "attach";

    public static Command Build()
    {
        var common = new CommonOptions();
        var write = new Option<bool>("--write") { Description = "Let this computer write the disk itself [default: read-only, which the laptop sees to]" };
        var guest = new Option<bool>("--guest") { Description = "Let it write a snapshot, which is discarded at the end" };
        var takeOver = new Option<bool>("--take-over") { Description = "Take the disk even from another desktop that uses it now" };
        var seconds = new Option<int>("--seconds") { HelpName = "N", Description = "How long to search", DefaultValueFactory = _ => DefaultSeconds };
        var attach = new Option<string>("--attach")
        {
            HelpName = "FILE",
            Description = $"The program {AttachProgram.Name}, which keeps the disk attached {AttachProgram.DefaultText}",
        };
        var json = JsonLine.Option();
        var command = new Command(Name, "Attach the disk of a laptop that serves as /dev/nbdN, read-only unless told otherwise (needs root)") { write, guest, takeOver, seconds, attach, json };
        common.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(write) && result.GetValue(guest))
            {
                result.AddError("--write changes the disk itself, --guest a snapshot of it: choose one");
            }
        });
        command.SetAction(async (parsed, token) =>
        {
            var laptop = common.Read(parsed);
            var options = new AttachOptions
            {
                KeyFile = laptop.KeyFile,
                Server = laptop.Server,
                Interface = laptop.Interface,
                Laptop = laptop.Laptop,
                AttachFile = parsed.GetValue(attach) ?? AttachProgram.Find(),
                SearchLimit = TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(seconds))),
                Write = parsed.GetValue(write),
                Guest = parsed.GetValue(guest),
                TakeOver = parsed.GetValue(takeOver),
            };
            var device = await RunAsync(options, new AttachState(), BootVerb.ScreenOf(parsed, json), token);
            if (parsed.GetValue(json))
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonLine.Of(("device", device), ("access", options.Write ? "write" : options.Guest ? "guest" : "read")));
            }

            return ExitCode.Done;
        });
        return command.WithExamples(
            "stiefel-client attach --key stick.key              read it, copy from it",
            "stiefel-client attach --key stick.key --write      repair it with fsck",
            "stiefel-client attach --key stick.key --guest      try something: nothing of it stays");
    }

    private static async Task<string> RunAsync(AttachOptions options, AttachState state, BootScreen screen, CancellationToken token)
    {
        Check(options, state);
        using var key = KeyFile.Load(options.KeyFile, person: ConsolePerson.IfThere(screen));
        return await new AttachSequence(options, key, screen, new RunningSystem(state, options.AttachFile)).RunAsync(token);
    }

    private static void Check(AttachOptions options, AttachState state)
    {
        if (!File.Exists(options.AttachFile))
        {
            throw new UsageException($"--attach {options.AttachFile}: no such file; name the program {AttachProgram.Name}, which lies beside this one where it was built");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new UsageException("only root can attach a disk: use sudo");
        }

        if (RemoteRoot.Find() is { } remote)
        {
            throw new RefusedException($"this system already runs from a laptop's disk ({remote} is there), and attaching it here once more would take it away: shut this system down first");
        }

        if (state.ReadDevice() is { } device)
        {
            throw new RefusedException($"a laptop's disk is attached already, as /dev/{device}: detach that first");
        }
    }
}
