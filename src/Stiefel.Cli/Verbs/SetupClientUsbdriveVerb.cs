using System.CommandLine;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Control;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.CommandLine;
using Stiefel.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel setup-client-usbdrive`: the stick that starts a desktop.</summary>
internal static class SetupClientUsbdriveVerb
{
    private static readonly Option<string> s_image = new("--image") { HelpName = "FILE", Description = "Write the stick's content to this file", Required = true };
    private static readonly Option<string?> s_key = new("--key") { HelpName = "NAME|FILE", Description = "The key that the stick carries: one of the directory, or a file NAME.key, which may be sealed [else the desktop asks for a pairing code]" };
    private static readonly Option<string> s_directory = KeyVerb.DirectoryOption();
    private static readonly Option<string?> s_arguments = new("--cmdline") { HelpName = "TEXT", Description = "Further arguments of the client's kernel" };
    private static readonly Option<string?> s_ramdisk = new("--ramdisk") { HelpName = "DIR", Description = "What create-initrd wrote [where it does by default]" };
    private static readonly Option<string?> s_config = new("--config") { HelpName = "FILE", Description = "Configuration, for the default of --ramdisk" };

    public static Command Build()
    {
        var command = new Command("setup-client-usbdrive", "Make a stick that boots a desktop from the laptop, on BIOS and UEFI machines")
        {
            s_image, s_key, s_directory, s_arguments, s_ramdisk, s_config,
        };
        command.SetAction(RunAsync);
        return command.WithExamples(
            "stiefel setup-client-usbdrive --image stick.img --key blue-stick",
            "stiefel setup-client-usbdrive --image test.img --key ./keys/test.key --ramdisk ./ramdisk --cmdline 'loglevel=7'");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        var image = parsed.GetRequiredValue(s_image);
        var ramdisk = new RamdiskImage(parsed.GetValue(s_ramdisk) ?? RamdiskRequest.DefaultOutput(ConfigurationFile.Load(parsed.GetValue(s_config))));
        CheckTarget(image);
        var key = parsed.GetValue(s_key) is { } nameOrFile ? FindKey(parsed.GetRequiredValue(s_directory), nameOrFile) : null;
        foreach (var file in (string[])[ramdisk.Kernel, ramdisk.Initrd, ramdisk.Manifest])
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

        StickImage.CheckTools();
        var output = parsed.InvocationConfiguration.Output;
        var log = new StepLog(output);
        var content = new StickContent(ramdisk, key, parsed.GetValue(s_arguments));
        if (content.KeyFile is null)
        {
            log.Note("no --key: the desktop will ask for a pairing code (`stiefel key new NAME --pairing`)");
        }

        await new StickImage(content, log).WriteAsync(image, token);
        await output.WriteLineAsync($"done in {log.Elapsed.TotalSeconds:0.0} s");
        return ExitCode.Done;
    }

    // Read before anything starts, and as it is asked for elsewhere: by its name, or as a file.
    private static string FindKey(string directory, string nameOrFile)
    {
        var file = AskingKey.IsFile(nameOrFile) ? nameOrFile : KeyFiles.FileOf(directory, nameOrFile);
        if (AskingKey.IsFile(nameOrFile) && !File.Exists(file))
        {
            throw new UsageException($"--key {nameOrFile}: no such file; name a key's file, as {KeyFiles.FileOf(directory, "blue-stick")}, or a key of {directory} by its name");
        }

        using var stored = AskingKey.Find(directory, nameOrFile);
        return file;
    }

    // A device would be lost with all that is on it; that needs more questions than an image file does.
    private static void CheckTarget(string image)
    {
        if (Directory.Exists(image))
        {
            throw new UsageException($"--image {image}: this is a directory");
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(image))!;
        if (!Directory.Exists(directory))
        {
            throw new UsageException($"--image {image}: there is no directory {directory}; make it first");
        }

        if (File.Exists(image) && (File.GetAttributes(image) & FileAttributes.Device) != 0 || Path.GetFullPath(image).StartsWith("/dev/", StringComparison.Ordinal))
        {
            throw new RefusedException($"--image {image}: this is a device, and only image files are written");
        }
    }
}
