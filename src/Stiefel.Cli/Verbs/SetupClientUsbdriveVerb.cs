using System.CommandLine;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Control;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.CommandLine;
using Stiefel.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel setup-client-usbdrive`: writes the stick that starts a desktop.</summary>
internal static class SetupClientUsbdriveVerb
{
    private const int MaxMenuSeconds = 600;

    private static readonly Argument<string?> s_device = new("DEVICE") { Arity = ArgumentArity.ZeroOrOne, Description = "The drive to be erased and written, for example /dev/sdb" };
    private static readonly Option<string?> s_image = new("--image") { HelpName = "FILE", Description = "Write an image of the stick to this file instead" };
    private static readonly Option<string?> s_intoEsp = new("--into-esp") { HelpName = "DIR", Description = "Add the client to a mounted EFI System partition or FAT stick instead, beside what is there" };
    private static readonly Option<bool> s_ventoy = new("--ventoy") { Description = "With --into-esp: DIR is the first partition of a Ventoy stick; the client is in Ventoy's menu behind F6" };
    private static readonly Option<bool> s_undo = new("--undo") { Description = "With --into-esp: remove the client again" };
    private static readonly Option<StickLayout> s_layout = new("--layout") { HelpName = "mbr|gpt", Description = "The partition table; mbr starts on most machines", DefaultValueFactory = _ => StickLayout.Mbr };
    private static readonly Option<string?> s_erase = new("--erase") { HelpName = "SERIAL", Description = "Erase the drive without asking, if this is its serial number" };
    private static readonly Option<bool> s_force = new("--force") { Description = "Write even to a drive that is unlikely to be a stick; tells what that overrides" };
    private static readonly Option<string?> s_key = new("--key") { HelpName = "NAME|FILE", Description = "The key for the stick: a name in the directory or a file NAME.key, which may be sealed [the key that it carries already, else none: the desktop asks for a pairing code]" };
    private static readonly Option<bool> s_withoutKey = new("--without-key") { Description = "Put no key on the stick, even if it had one" };
    private static readonly Option<string> s_directory = KeyVerb.DirectoryOption();
    private static readonly Option<string?> s_arguments = new("--cmdline") { HelpName = "TEXT", Description = "Further arguments of the client's kernel" };
    private static readonly Option<int> s_menuSeconds = new("--menu-seconds") { HelpName = "N", Description = "How long the boot menu waits; 0 = not at all", DefaultValueFactory = _ => StickContent.UsualMenuSeconds };
    private static readonly Option<string?> s_ramdisk = new("--ramdisk") { HelpName = "DIR", Description = "The directory that create-initrd wrote to [its default]" };
    private static readonly Option<string?> s_config = new("--config") { HelpName = "FILE", Description = "Configuration, for the default of --ramdisk and for the name of the served disk" };

    private static readonly Option<bool> s_json = JsonLine.Option();

    public static Command Build()
    {
        var command = new Command("setup-client-usbdrive", "Make a stick that boots a desktop from the laptop, on BIOS and UEFI machines. Shows the drive and asks for its serial number before it is erased")
        {
            s_device, s_image, s_intoEsp, s_ventoy, s_undo, s_layout, s_erase, s_force, s_key, s_withoutKey, s_directory, s_arguments, s_menuSeconds, s_ramdisk, s_config, s_json,
        };
        command.SetAction(RunAsync);
        return command.WithExamples(
            "stiefel setup-client-usbdrive /dev/sdb --key blue-stick",
            "stiefel setup-client-usbdrive /dev/sdb",
            "stiefel setup-client-usbdrive --image stick.img --key blue-stick",
            "stiefel setup-client-usbdrive --into-esp /mnt/esp --key blue-stick",
            "stiefel setup-client-usbdrive --into-esp /mnt/esp --undo",
            "stiefel setup-client-usbdrive --into-esp /media/Ventoy --ventoy --key blue-stick",
            "stiefel setup-client-usbdrive --image test.img --key ./keys/test.key --ramdisk ./ramdisk --cmdline 'loglevel=7'");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        var output = OutputOf(parsed);
        var log = new StepLog(output);
        CheckCombination(parsed);
        if (parsed.GetValue(s_undo))
        {
            Undo(parsed.GetValue(s_intoEsp)!, output, log);
            return Answer(parsed);
        }

        var configuration = ConfigurationFile.Load(parsed.GetValue(s_config));
        var ramdisk = FindRamdisk(parsed.GetValue(s_ramdisk) ?? RamdiskRequest.DefaultOutput(configuration));
        var content = new StickContent(ramdisk, parsed.GetValue(s_key) is { } nameOrFile ? FindKey(parsed.GetRequiredValue(s_directory), nameOrFile) : null, Arguments(parsed))
        {
            MenuSeconds = MenuSeconds(parsed),
        };
        if (!parsed.GetValue(s_ventoy))
        {
            StickImage.CheckTools(parsed.GetValue(s_layout));
        }

        await WriteAsync(parsed, content, ServedDisk(configuration), log, token);
        SayWhatStarts(parsed.GetValue(s_ventoy), log);
        await output.WriteLineAsync($"done in {log.Elapsed.TotalSeconds:0.0} s");
        return Answer(parsed);
    }

    private static TextWriter OutputOf(ParseResult parsed) => parsed.GetValue(s_json) ? parsed.InvocationConfiguration.Error : parsed.InvocationConfiguration.Output;

    private static int Answer(ParseResult parsed)
    {
        if (parsed.GetValue(s_json))
        {
            var target = parsed.GetValue(s_device) ?? parsed.GetValue(s_image) ?? parsed.GetValue(s_intoEsp)!;
            parsed.InvocationConfiguration.Output.WriteLine(JsonLine.Of(("target", Path.GetFullPath(target)), ("isUndone", parsed.GetValue(s_undo))));
        }

        return ExitCode.Done;
    }

    private static async Task WriteAsync(ParseResult parsed, StickContent content, string? servedDisk, StepLog log, CancellationToken token)
    {
        var output = OutputOf(parsed);
        var layout = parsed.GetValue(s_layout);
        var keepsKey = content.KeyFile is null && !parsed.GetValue(s_withoutKey);
        if (parsed.GetValue(s_intoEsp) is { } directory)
        {
            var isVentoy = parsed.GetValue(s_ventoy);
            var partition = new SharedPartition(directory, log, isVentoy);
            partition.Check(parsed.GetValue(s_force));
            partition.Write(Keyed(content, keepsKey ? KeptKey.OfDirectory(directory) : null, log));
            log.Note(isVentoy
                ? "in Ventoy's menu, press F6"
                : @"for an entry in the firmware's boot menu, run on that computer: efibootmgr --create-only --disk DISK --part N --label Stiefel --loader '\EFI\STIEFELC\SHIMX64.EFI'");
        }
        else if (parsed.GetValue(s_image) is { } image)
        {
            CheckImage(image);
            await new StickImage(Keyed(content, keepsKey ? await KeptKey.OfDiskAsync(image, token) : null, log), layout, log).WriteAsync(image, token);
        }
        else
        {
            var isTerminal = output == Console.Out && !Console.IsOutputRedirected;
            var consent = new EraseConsent(parsed.GetValue(s_erase), parsed.GetValue(s_force), Console.IsInputRedirected ? null : Console.In);
            var stick = new StickDrive(consent, output, isTerminal);
            var drive = await stick.ChooseAsync(parsed.GetValue(s_device)!, layout, servedDisk, token);
            await stick.WriteAsync(drive, Keyed(content, keepsKey ? await KeptKey.OfDiskAsync(drive.Path, token) : null, log), layout, log, token);
        }
    }

    private static void CheckCombination(ParseResult parsed)
    {
        var targets = ((string?[])[parsed.GetValue(s_device), parsed.GetValue(s_image), parsed.GetValue(s_intoEsp)]).Count(target => target is not null);
        if (targets != 1)
        {
            throw new UsageException("name one target: a drive as /dev/sdb, --image FILE, or --into-esp DIR; see `stiefel setup-client-usbdrive --help`");
        }

        if (parsed.GetValue(s_undo) && parsed.GetValue(s_intoEsp) is null)
        {
            throw new UsageException("--undo removes what --into-esp DIR wrote: name that directory");
        }

        if (parsed.GetValue(s_ventoy) && parsed.GetValue(s_intoEsp) is null)
        {
            throw new UsageException("--ventoy says what --into-esp DIR is: name the directory where the first partition of the Ventoy stick is mounted");
        }

        if (parsed.GetValue(s_erase) is not null && parsed.GetValue(s_device) is null)
        {
            throw new UsageException("--erase is for a drive: name one, as /dev/sdb");
        }

        if (parsed.GetValue(s_key) is not null && parsed.GetValue(s_withoutKey))
        {
            throw new UsageException("--key and --without-key exclude each other: use one of them");
        }
    }

    private static void Undo(string directory, TextWriter output, StepLog log) =>
        output.WriteLine(new SharedPartition(directory, log).Undo()
            ? $"{Path.Combine(directory, StickPaths.SharedPartition.Directory)} is gone; if you made an entry in the firmware, remove it with `efibootmgr --delete-bootnum --bootnum NNNN`"
            : $"there is nothing of Stiefel's in {directory}");

    private static StickContent Keyed(StickContent content, byte[]? kept, StepLog log)
    {
        if (kept is not null)
        {
            log.Note("the stick keeps the key that it carries");
        }
        else if (content.KeyFile is null)
        {
            log.Note("no --key: the desktop will ask for a pairing code (`stiefel key new NAME --pairing`)");
        }

        return content with { KeptKey = kept };
    }

    private static void SayWhatStarts(bool isVentoy, StepLog log) => log.Note(
        isVentoy ? "UEFI and BIOS: Ventoy's own loader; with Secure Boot as far as Ventoy itself starts there" : BootPrograms.Find().Signed is { } signed
        ? $"UEFI: shim and GRUB of {signed.Distribution}; works with Secure Boot if {signed.Distribution} signed the ramdisk's kernel, too"
        : "UEFI: works only without Secure Boot; for Secure Boot, apt install shim-signed grub-efi-amd64-signed and write the stick again");

    private static RamdiskImage FindRamdisk(string directory)
    {
        var ramdisk = new RamdiskImage(directory);
        foreach (var file in (string[])[ramdisk.Kernel, ramdisk.Initrd, ramdisk.Manifest])
        {
            if (!File.Exists(file))
            {
                throw new UsageException($"{file} is not there; make it with `stiefel create-initrd`, or name another directory with --ramdisk DIR");
            }
        }

        return ramdisk;
    }

    private static string? Arguments(ParseResult parsed) => parsed.GetValue(s_arguments) is not { } arguments || StickContent.IsPassedOnAsItIs(arguments)
        ? parsed.GetValue(s_arguments)
        : throw new UsageException("--cmdline: expected one line of plain text, without quotes, backslashes and the characters $ ; & | < > { } #, which boot loaders change");

    private static int MenuSeconds(ParseResult parsed) => parsed.GetValue(s_menuSeconds) is >= 0 and <= MaxMenuSeconds and var seconds
        ? seconds
        : throw new UsageException($"--menu-seconds {parsed.GetValue(s_menuSeconds)}: expected 0 to {MaxMenuSeconds}");

    // Resolve the link: boot.disk is usually a stable name below /dev/disk, drives are listed by the kernel's name.
    private static string? ServedDisk(StiefelConfiguration configuration) => configuration.Boot.Disk is { Length: > 0 } disk
        ? File.ResolveLinkTarget(disk, returnFinalTarget: true)?.FullName ?? disk
        : null;

    // Look the key up before anything starts. As elsewhere, --key takes a name or a file.
    private static string FindKey(string directory, string nameOrFile)
    {
        var file = AskingKey.IsFile(nameOrFile) ? nameOrFile : KeyFiles.FileOf(directory, nameOrFile);
        if (AskingKey.IsFile(nameOrFile) && !File.Exists(file))
        {
            throw new UsageException($"--key {nameOrFile}: no such file; give a key's file, for example {KeyFiles.FileOf(directory, "blue-stick")}, or the name of a key in {directory}");
        }

        using var stored = AskingKey.Find(directory, nameOrFile);
        return file;
    }

    private static void CheckImage(string image)
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
            throw new RefusedException($"--image {image}: this is a device, but --image writes image files only; to erase the device and make it the stick, name it without --image");
        }
    }
}
