namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>
/// Commands that do not affect what is booted: they draw, wait, prepare the hardware, or load parts of GRUB. They must be known here because
/// a script's function cannot replace a command.
/// </summary>
internal static class GrubIdleCommands
{
    // These query the hardware; they answer that no key is pressed, no CMOS bit is set, and no SMBIOS field is found.
    private static readonly string[] s_failing = ["keystatus", "cmostest", "smbios", "play"];

    private static readonly string[] s_fine =
    [
        "insmod", "rmmod", "lsmod", "terminal_input", "terminal_output", "terminfo", "serial", "sleep", "clear", "cls", "save_env", "list_env", "cat", "ls",
        "lsfonts", "date", "hexdump", "password", "password_pbkdf2", "authenticate", "cpuid", "cryptomount", "loopback", "drivemap", "parttool", "acpi", "devicetree",
        "module", "module2", "gettext", "videoinfo", "vbeinfo", "read", "help", "hashsum", "md5sum", "sha256sum", "sha512sum", "crc", "cmosset", "cmosclean", "outb", "inb",
        "nativedisk", "usb", "lspci", "setpci", "rdmsr", "wrmsr", "net_bootp", "net_dhcp", "lsefi", "lsefisystab", "lssal", "cutmem", "badram", "pcidump", "time", "videotest",
        "trust", "distrust", "verify_detached", "list_trusted", "cmp", "file", "getkey", "legacy_source", "extract_entries_source", "extract_entries_configfile", "all_functional_test",
    ];

    public static IEnumerable<KeyValuePair<string, Func<GrubCall, int>>> All { get; } =
    [
        .. s_failing.Select(name => KeyValuePair.Create(name, (GrubCall _) => GrubStatus.False)),
        KeyValuePair.Create("echo", (Func<GrubCall, int>)Echo),
        .. s_fine.Select(name => KeyValuePair.Create(name, (GrubCall _) => GrubStatus.Success)),
    ];

    private static int Echo(GrubCall call)
    {
        call.State.Output?.Invoke(string.Join(' ', call.Arguments));
        return GrubStatus.Success;
    }
}
