using System.CommandLine;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel create-initrd`: builds the image that both the laptop and the stick start.</summary>
internal static class CreateInitrdVerb
{
    private static readonly Option<string?> s_config = new("--config") { HelpName = "FILE", Description = "Configuration [./config.yaml, else /etc/stiefel/config.yaml, else the defaults]" };
    private static readonly Option<string?> s_output = new("--out") { HelpName = "DIR", Description = "Write kernel, initrd and manifest here [where server-setup looks for them; if not root, `image` in the cache directory]" };
    private static readonly Option<bool> s_fromDebian = new("--from-debian") { Description = "Build everything from Debian's packages, using neither this laptop's kernel nor the programs that Stiefel's package brought" };
    private static readonly Option<string?> s_programs = new("--programs-only") { HelpName = "DIR", Description = "Build only the part without a kernel, for a package to carry" };
    private static readonly Option<bool> s_memory = new("--tmp-work") { Description = "Work in memory; leaves no unpacked ramdisk behind" };
    private static readonly Option<bool> s_update = new("--update") { Description = "Fetch newer packages, if there are any" };
    private static readonly Option<string?> s_mirror = new("--debian-mirror") { HelpName = "URL", Description = "Where packages come from [the distribution's own mirrors]" };
    private static readonly Option<string?> s_compressor = new("--compressor") { HelpName = "NAME[:LEVEL]", Description = "zstd, xz, gzip or none; zstd:1 is quick [zstd:19]" };

    private static readonly Option<bool> s_json = JsonLine.Option();

    public static Command Build()
    {
        var command = new Command("create-initrd", "Build the ramdisk: one image for the laptop (server) and the stick (client), without any key in it")
        {
            s_config, s_output, s_fromDebian, s_programs, s_memory, s_update, s_mirror, s_compressor, s_json,
        };
        command.SetAction(RunAsync);
        return command.WithExamples(
            "stiefel create-initrd",
            "stiefel create-initrd --config my.yaml --out /var/lib/stiefel",
            "stiefel create-initrd --compressor zstd:1 --tmp-work");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        var (io, isJson) = (parsed.InvocationConfiguration, parsed.GetValue(s_json));
        var output = isJson ? io.Error : io.Output;
        var configuration = ConfigurationFile.Load(parsed.GetValue(s_config));
        foreach (var note in configuration.Notes)
        {
            await output.WriteLineAsync($"note: {note}");
        }

        var log = new StepLog(output);
        var request = new RamdiskRequest
        {
            Configuration = configuration,
            Output = parsed.GetValue(s_output),
            WorkInMemory = parsed.GetValue(s_memory),
            Update = parsed.GetValue(s_update),
            Mirror = parsed.GetValue(s_mirror),
            Compression = ReadCompression(parsed.GetValue(s_compressor)),
        };
        if (parsed.GetValue(s_programs) is { } directory)
        {
            var carried = request with { ForAnyKernel = true, Compression = CarriedPrograms.Compression };
            CarriedPrograms.Write(await new RamdiskBuilder(carried, log).BuildProgramsAsync(token), directory);
        }
        else
        {
            using var tree = new LaptopTree("/");
            var laptop = new LaptopFacts(tree);
            var choice = RamdiskChoice.For(laptop, configuration, parsed.GetValue(s_fromDebian));
            choice.Notes.ToList().ForEach(log.Note);
            await new RamdiskBuilder(request with { Own = choice.Own, Programs = choice.Programs, Hardware = [.. KernelNeeds.OfHardware(laptop)] }, log).BuildAsync(token);
        }

        await output.WriteLineAsync($"done in {log.Elapsed.TotalSeconds:0.0} s");
        if (isJson)
        {
            // The manifest.json there says what it holds.
            await io.Output.WriteLineAsync(JsonLine.Of(("directory", Path.GetFullPath(parsed.GetValue(s_programs) ?? request.OutputDirectory))));
        }

        return ExitCode.Done;
    }

    private static Compression? ReadCompression(string? text) => text is null ? null
        : Compression.TryParse(text, out var compression) ? compression
        : throw new UsageException($"--compressor {text}: expected {Compression.Expected}");
}
