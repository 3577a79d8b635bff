using System.CommandLine;
using Stiefel.Client.Boot;
using Stiefel.Client.Failures;
using Stiefel.Client.Laptop;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client.Verbs;

/// <summary>`stiefel-client discover` shows which laptops answer and what each would boot. It changes nothing on either side.</summary>
internal static class DiscoverVerb
{
    private const int DefaultSeconds = 3;

    public const string Name = "discover";

    public static Command Build()
    {
        var common = new CommonOptions();
        var seconds = new Option<int>("--seconds")
        {
            HelpName = "N",
            Description = "How long to search",
            DefaultValueFactory = _ => DefaultSeconds,
        };
        var json = JsonLine.Option();
        json.Description = "For programs: each laptop as one line of JSON; other messages go to standard error";
        var command = new Command(Name, "Find laptops that know the key and show what they offer") { seconds, json };
        common.AddTo(command);
        command.SetAction((parsed, token) =>
        {
            var io = parsed.InvocationConfiguration;
            var answers = parsed.GetValue(json) ? io.Output : null;
            return RunAsync(common.Read(parsed), TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(seconds))), BootVerb.ScreenOf(parsed, json), answers, token);
        });
        return command.WithExamples(
            "stiefel-client discover --key stick.key",
            "stiefel-client discover --key stick.key --server 192.168.1.5",
            "stiefel-client discover --key stick.key --json | jq -r .laptop");
    }

    private static async Task<int> RunAsync(LaptopChoice options, TimeSpan duration, BootScreen screen, TextWriter? answers, CancellationToken token)
    {
        using var key = KeyFile.Load(options.KeyFile, person: ConsolePerson.IfThere(screen));
        if (options.Server is { } address)
        {
            await ShowAsync(FoundServer.AtAddress(address), key, screen, answers, token);
            return ExitCode.Done;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(duration);
        var search = new ServerSearch(key, options.Interface, options.Laptop, screen.Say);
        var count = 0;
        try
        {
            await foreach (var server in search.FindAllAsync(limit.Token))
            {
                count++;
                await TryShowAsync(server, key, screen, answers, token);
            }
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // The time is over.
        }

        return count > 0 ? ExitCode.Done : throw search.NobodyWithin(duration);
    }

    // A laptop that fails must not hide the others.
    private static async Task TryShowAsync(FoundServer server, SharedKey key, BootScreen screen, TextWriter? answers, CancellationToken token)
    {
        try
        {
            await ShowAsync(server, key, screen, answers, token);
        }
        catch (Exception problem) when (!token.IsCancellationRequested)
        {
            screen.Say($"{server}: {Failure.Describe(problem)}");
        }
    }

    private static async Task ShowAsync(FoundServer server, SharedKey key, BootScreen screen, TextWriter? answers, CancellationToken token)
    {
        using var laptop = await BootClient.ConnectAsync(server, key, token);
        if (answers is null)
        {
            screen.Say($"{server}: {ManifestText.Describe(laptop.Manifest)}");
        }
        else
        {
            await answers.WriteLineAsync(Describe(server, laptop.Manifest));
        }
    }

    private static string Describe(FoundServer server, BootManifest manifest)
    {
        var isLocked = manifest.Locked is not null;
        return JsonLine.Of(
            ("laptop", manifest.Laptop), ("address", server.Endpoint.ToString()), ("interface", server.Link.Name), ("isLocked", isLocked),
            ("title", isLocked ? null : manifest.Title), ("kernelRelease", isLocked ? null : manifest.KernelRelease),
            ("kernelBytes", isLocked ? null : manifest.Kernel.Size), ("initrdBytes", isLocked ? null : manifest.Initrd.Size));
    }
}
