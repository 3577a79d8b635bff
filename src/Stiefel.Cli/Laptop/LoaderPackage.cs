namespace Stiefel.Cli.Laptop;

/// <summary>What Debian's packages of GRUB do when they are upgraded, by the answers that their questions have (man 5 debconf, config.dat).</summary>
/// <param name="WritesFirmware">They write an entry, and make it the first, into the firmware of the machine that they run on.</param>
/// <param name="Devices">What they write GRUB's beginning to; empty where there is a firmware that finds it.</param>
internal sealed record LoaderPackage(bool WritesFirmware, IReadOnlyList<string> Devices)
{
    /// <summary>By which they leave the firmware alone.</summary>
    public const string LeaveFirmware = "echo 'grub-efi-amd64 grub2/update_nvram boolean false' | debconf-set-selections (the laptop's own entry is there, and stays)";

    /// <summary>By which they are not upgraded where their disk is not.</summary>
    public const string StayAtHome = "upgrade it at home (`apt-mark hold grub-pc` before you go); if it was too late, `dpkg --configure -a` at home";

    private const string Answers = "var/cache/debconf/config.dat";

    private static readonly string[] s_efi = ["grub-efi-amd64", "grub-efi-amd64-signed", "grub-efi-ia32"];

    /// <summary>Reads it; null where none of them is installed.</summary>
    public static LoaderPackage? Of(LaptopTree tree)
    {
        var efi = s_efi.Any(package => tree.HasFile($"var/lib/dpkg/info/{package}.list"));
        if (!efi && !tree.HasFile("var/lib/dpkg/info/grub-pc.list"))
        {
            return null;
        }

        string? Answer(string question) => tree.Lines(Answers).SkipWhile(line => line != "Name: " + question).TakeWhile(line => line.Length > 0)
            .Where(line => line.StartsWith("Value: ", StringComparison.Ordinal)).Select(line => line[7..].Trim()).FirstOrDefault();
        return new LoaderPackage(
            efi && Answer("grub2/update_nvram") != "false",
            efi ? [] : (Answer("grub-pc/install_devices") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
