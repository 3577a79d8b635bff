using System.CommandLine;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Verbs;

/// <summary>The words of `--firmware`.</summary>
internal static class FirmwareWords
{
    public static Option<DesktopStart> Option() => new("--firmware")
    {
        HelpName = "direct|bios|uefi",
        Description = "How the desktop gets its ramdisk: loaded by QEMU, or from a USB stick by BIOS or UEFI",
        DefaultValueFactory = _ => DesktopStart.Direct,
    };
}
