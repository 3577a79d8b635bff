using System.CommandLine;
using System.Text;
using Stiefel.Client.Boot;
using Stiefel.Client.Laptop;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Verbs;

/// <summary>`stiefel-client fetch` saves kernel and initrd as files. It asks for no disk and changes nothing on the laptop.</summary>
internal static class FetchVerb
{
    private const int DefaultSeconds = 30;

    public const string Name = "fetch";

    public static Command Build()
    {
        var common = new CommonOptions();
        var directory = new Option<string>("--out") { HelpName = "DIR", Description = "The directory for kernel, initrd and cmdline; made if it is missing, refused if others can write to it", Required = true };
        var seconds = new Option<int>("--seconds")
        {
            HelpName = "N",
            Description = "How long to search",
            DefaultValueFactory = _ => DefaultSeconds,
        };
        var passphraseDescriptor = new Option<int?>("--passphrase-fd")
        {
            HelpName = "N",
            Description = "Read the passphrase of the laptop's encrypted disk from this descriptor, up to its end, instead of asking",
        };
        var json = JsonLine.Option();
        var command = new Command(Name, "Download and verify the laptop's kernel and initrd") { directory, seconds, passphraseDescriptor, json };
        common.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var fetched = await RunAsync(
                common.Read(parsed), parsed.GetRequiredValue(directory), TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(seconds))),
                parsed.GetValue(passphraseDescriptor), BootVerb.ScreenOf(parsed, json), token);
            if (parsed.GetValue(json))
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(Describe(Path.GetFullPath(parsed.GetRequiredValue(directory)), fetched));
            }

            return ExitCode.Done;
        });
        return command.WithExamples(
            "stiefel-client fetch --key stick.key --out /tmp/boot",
            "stiefel-client fetch --key stick.key --out /tmp/boot --passphrase-fd 3 3<passphrase-file");
    }

    private static async Task<BootManifest> RunAsync(LaptopChoice options, string directory, TimeSpan searchLimit, int? passphraseDescriptor, BootScreen screen, CancellationToken token)
    {
        var person = ConsolePerson.IfThere(screen);
        using var key = KeyFile.Load(options.KeyFile, person: person);
        using var passphrase = passphraseDescriptor is { } descriptor ? LaptopPassphrase.FromDescriptor(descriptor) : new LaptopPassphrase();
        var server = options.Server is { } address
            ? FoundServer.AtAddress(address)
            : await new ServerSearch(key, options.Interface, options.Laptop, screen.Say).FindFirstAsync(searchLimit, token);

        using var laptop = await BootClient.ConnectAsync(server, key, token);
        OutputDirectory.Make(directory); // check it before a person types a passphrase in vain
        await new LaptopUnlock(passphrase, person, screen.Say).RunAsync(laptop, onceDiskIsFreeAsync: null, token);
        var manifest = laptop.Manifest;
        screen.Say($"{server}: {ManifestText.Describe(manifest)}");

        await CompleteFile.WriteAsync(Path.Combine(directory, "kernel"), file =>
            laptop.FetchKernelAsync(file, screen.Follow("kernel", manifest.Kernel.Size), token));
        await CompleteFile.WriteAsync(Path.Combine(directory, "initrd"), file =>
            laptop.FetchInitrdAsync(file, screen.Follow("initrd", manifest.Initrd.Size), token));
        await CompleteFile.WriteAsync(Path.Combine(directory, "cmdline"), file =>
            file.WriteAsync(Encoding.UTF8.GetBytes(manifest.CommandLine + "\n"), token).AsTask());
        return manifest;
    }

    private static string Describe(string directory, BootManifest manifest) => JsonLine.Of(
        ("laptop", manifest.Laptop), ("title", manifest.Title), ("kernelRelease", manifest.KernelRelease), ("commandLine", manifest.CommandLine),
        ("kernel", Path.Combine(directory, "kernel")), ("initrd", Path.Combine(directory, "initrd")));
}
