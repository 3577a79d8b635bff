namespace Stiefel.Cli.Laptop;

/// <summary>What Debian's packages of GRUB do when they are upgraded, according to their debconf settings (man 5 debconf, config.dat).</summary>
/// <param name="WritesFirmware">True if they add an entry to the boot order of the machine that they run on, as the first.</param>
/// <param name="Devices">The devices to which they write GRUB's first stage; empty with UEFI, which needs none.</param>
internal sealed record LoaderPackage(bool WritesFirmware, IReadOnlyList<string> Devices)
{
    /// <summary>debconf's question whether they write into the firmware, and the answer that makes them leave it alone.</summary>
    public const string FirmwareQuestion = "grub2/update_nvram", LeaveAlone = "false";

    /// <summary>The command that gives this answer.</summary>
    public const string LeaveFirmware = $"echo 'grub-efi-amd64 {FirmwareQuestion} boolean {LeaveAlone}' | debconf-set-selections (the laptop's own entry is there, and stays)";

    /// <summary>Advice not to upgrade them on a desktop, where their disk has another name.</summary>
    public const string StayAtHome = "upgrade it at home (`apt-mark hold grub-pc` before you go); if it was too late, `dpkg --configure -a` at home";

    private static readonly string[] s_efi = ["grub-efi-amd64", "grub-efi-amd64-signed", "grub-efi-ia32"];

    /// <summary>Reads the settings; null if none of the packages is installed.</summary>
    public static LoaderPackage? Of(LaptopTree tree)
    {
        var efi = s_efi.Any(package => tree.HasFile($"var/lib/dpkg/info/{package}.list"));
        if (!efi && !tree.HasFile("var/lib/dpkg/info/grub-pc.list"))
        {
            return null;
        }

        var answers = DebconfAnswers.Read(tree);
        return new LoaderPackage(
            efi && DebconfAnswers.Of(answers, FirmwareQuestion) != LeaveAlone,
            efi ? [] : (DebconfAnswers.Of(answers, "grub-pc/install_devices") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
