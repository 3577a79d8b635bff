using System.Text.RegularExpressions;
using Stiefel.BootFiles.Catalog.LoaderSpec;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>
/// Finds the configuration that a GRUB on the EFI System partition reads if none lies beside it. grub-install writes its place into the program;
/// if the program does not tell, its directory's name is compared with the systems on the disk.
/// </summary>
internal static partial class GrubInstallation
{
    private const int MaxImageBytes = 16 * 1024 * 1024;
    private const int MaxTextBytes = 1024 * 1024;
    private static readonly Func<(BootTree Tree, string Directory), string, bool>[] s_kinships = [IsNamed, HasMenuOf, IsLike];
    private static readonly string[] s_configurations = ["boot/grub", "grub", "boot/grub2", "grub2"];

    /// <summary>The boot directories whose configuration a program on this partition reads, and why. The fallback program (EFI/BOOT) is asked last.</summary>
    public static IEnumerable<(BootTree Tree, string Directory, string Why)> Find(BootTree efi)
    {
        foreach (var vendor in GrubConfiguration.Vendors(efi).OrderBy(name => name.Equals("BOOT", StringComparison.OrdinalIgnoreCase)))
        {
            if (efi.Has($"EFI/{vendor}/grub.cfg") || efi.List($"EFI/{vendor}").FirstOrDefault(IsGrub) is not { } program)
            {
                continue;
            }

            var candidates = Candidates(efi).ToArray();
            var told = Told(efi, $"EFI/{vendor}/{program}", candidates);
            var fits = told.Tree is not null ? told : s_kinships.Select(isOf => candidates.FirstOrDefault(one => isOf(one, vendor))).FirstOrDefault(one => one.Tree is not null);
            if (fits.Tree is not null)
            {
                yield return (fits.Tree, fits.Directory, told.Tree is not null ? $"EFI/{vendor}/{program} names this place as that of its configuration" : $"the loader on the EFI System partition is EFI/{vendor}, and this is the {vendor} of the disk");
            }
        }
    }

    private static bool IsGrub(string name) => name.StartsWith("grub", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".efi", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(BootTree Tree, string Directory)> Candidates(BootTree efi)
        => from volume in efi.Disk.Volumes
           where volume != efi.Volume
           from place in volume.Places
           let tree = efi.At(volume, place)
           from directory in s_configurations
           where tree.Has($"{directory}/grub.cfg")
           select (tree, directory);

    /// <summary>Finds the place written in the program: grub-install writes `search.fs_uuid UUID root`, or the partition as `(,gpt2)/boot/grub`.</summary>
    private static (BootTree Tree, string Directory) Told(BootTree efi, string path, (BootTree Tree, string Directory)[] candidates)
    {
        if (efi.TryReadText(path, MaxImageBytes) is not { } program)
        {
            return default;
        }

        var match = Place().Match(program);
        return match.Success
            ? candidates.FirstOrDefault(one => one.Tree.Volume.Device is { } device
                && (match.Groups["uuid"].Success ? device.Uuid.Equals(match.Groups["uuid"].Value, StringComparison.OrdinalIgnoreCase) : match.Groups["part"].Value == $"{device.PartNumber}"))
            : default;
    }

    private static bool IsNamed((BootTree Tree, string Directory) candidate, string vendor) => Release(candidate.Tree, "ID").Contains(vendor, StringComparer.OrdinalIgnoreCase);

    private static bool HasMenuOf((BootTree Tree, string Directory) candidate, string vendor)
        => (candidate.Tree.TryReadText($"{candidate.Directory}/grub.cfg", MaxTextBytes) ?? "").Split('\n')
            .Where(line => line.TrimStart().StartsWith("menuentry", StringComparison.Ordinal))
            .Any(line => Words().Matches(line).Any(word => word.Value.Equals(vendor, StringComparison.OrdinalIgnoreCase)));

    // Mint installs its loader as `ubuntu`.
    private static bool IsLike((BootTree Tree, string Directory) candidate, string vendor) => Release(candidate.Tree, "ID_LIKE").Contains(vendor, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Release(BootTree tree, string key)
        => LoaderText.Lines(tree.TryReadText("etc/os-release", MaxTextBytes) ?? tree.TryReadText("usr/lib/os-release", MaxTextBytes) ?? "", LoaderText.Equal)
            .Where(line => line.Key == key)
            .SelectMany(line => line.Value.Split(' '));

    [GeneratedRegex(@"search\.fs_uuid (?<uuid>[0-9A-Fa-f-]{4,36}) |\(,(?:gpt|msdos)(?<part>[0-9]{1,3})\)/")]
    private static partial Regex Place();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Words();
}
