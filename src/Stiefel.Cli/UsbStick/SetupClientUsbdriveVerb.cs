using System.CommandLine;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.Cli.Verbs;

namespace Stiefel.Cli.UsbStick;

/// <summary>`stiefel setup-client-usbdrive`: the stick that starts a desktop.</summary>
internal static class SetupClientUsbdriveVerb
{
    private static readonly Option<string> s_image = new("--image") { HelpName = "FILE", Description = "Write the stick's content to this file", Required = true };
    private static readonly Option<string?> s_key = new("--key") { HelpName = "FILE", Description = "The key that the stick carries, see `stiefel key new`" };
    private static readonly Option<string?> s_arguments = new("--cmdline") { HelpName = "TEXT", Description = "Further arguments of the client's kernel" };
    private static readonly Option<string?> s_ramdisk = new("--ramdisk") { HelpName = "DIR", Description = "What create-initrd wrote [where it does by default]" };
    private static readonly Option<string?> s_config = new("--config") { HelpName = "FILE", Description = "Configuration, for the default of --ramdisk" };

    public static Command Build()
    {
        var command = new Command("setup-client-usbdrive", "Make a stick that boots a desktop from the laptop, on BIOS and UEFI machines")
        {
            s_image, s_key, s_arguments, s_ramdisk, s_config,
        };
        command.SetAction(RunAsync);
        return command.WithExamples(
            "stiefel setup-client-usbdrive --image stick.img --key /etc/stiefel/keys/blue-stick.key",
            "stiefel setup-client-usbdrive --image test.img --key ./keys/test.key --ramdisk ./ramdisk --cmdline 'loglevel=7'");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        string image = parsed.GetRequiredValue(s_image);
        var ramdisk = new RamdiskImage(parsed.GetValue(s_ramdisk) ?? RamdiskRequest.DefaultOutput(ConfigurationFile.Load(parsed.GetValue(s_config))));
        CheckTarget(image);
        foreach (string file in (string[])[ramdisk.Kernel, ramdisk.Initrd, ramdisk.Manifest])
        {
            if (!File.Exists(file))
            {
                throw new UsageException($"{file} is not there; make it with `stiefel create-initrd`, or say --ramdisk DIR");
            }
        }

        if (parsed.GetValue(s_arguments) is { } arguments && arguments.Any(char.IsControl))
        {
            throw new UsageException("--cmdline: expected one line of plain text");
        }

        TextWriter output = parsed.InvocationConfiguration.Output;
        var log = new StepLog(output);
        var content = new StickContent(ramdisk, parsed.GetValue(s_key), parsed.GetValue(s_arguments));
        if (content.KeyFile is null)
        {
            log.Note("no --key: this stick can find no laptop");
        }

        await new StickImage(content, log).WriteAsync(image, token).ConfigureAwait(false);
        await output.WriteLineAsync($"done in {log.Elapsed.TotalSeconds:0.0} s").ConfigureAwait(false);
        return ExitCode.Done;
    }

    // A device would be lost with all that is on it; that needs more questions than an image file does.
    private static void CheckTarget(string image)
    {
        if (Directory.Exists(image))
        {
            throw new UsageException($"--image {image}: this is a folder");
        }

        if (File.Exists(image) && (File.GetAttributes(image) & FileAttributes.Device) != 0 || Path.GetFullPath(image).StartsWith("/dev/", StringComparison.Ordinal))
        {
            throw new RefusedException($"--image {image}: this is a device, and only image files are written");
        }
    }
}
