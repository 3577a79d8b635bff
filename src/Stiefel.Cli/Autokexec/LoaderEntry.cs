using System.Text;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// An entry of systemd-boot, selected by LoaderEntryOneShot as `bootctl set-oneshot` does; the loader clears the variable before it boots the entry
/// (systemd.io/BOOT_LOADER_INTERFACE).
/// </summary>
internal sealed class LoaderEntry(EfiVariables variables, string id) : IOneTimeEntry
{
    /// <summary>The variable that selects an entry for one start.</summary>
    internal const string OneShot = "LoaderEntryOneShot";

    // EFI_LOADER_FEATURE_ENTRY_ONESHOT.
    private const int CanOneShot = 1 << 3;

    // A leading dash keeps an entry without a sort-key from becoming the default.
    private static readonly string[] s_ids = [$"{OneTimeEntries.Name}.conf", $"-{OneTimeEntries.Name}.conf", $"{OneTimeEntries.Name}.efi"];

    private static readonly Guid s_loader = new("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f");

    public string Description => $"the boot loader's entry {id}, by {OneShot}";

    /// <summary>True if the id is that of the ramdisk's entry.</summary>
    public static bool IsOurs(string id) => s_ids.Contains(id, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc cref="FirmwareEntry.Find"/>
    public static LoaderEntry? Find(EfiVariables variables, out string why)
    {
        why = "";
        if (variables.Read("LoaderFeatures", s_loader) is not [var features, ..] || (features & CanOneShot) == 0)
        {
            why = "this system was not started by a boot loader that can be told the next entry in a firmware variable (systemd-boot)";
            return null;
        }

        // A list of strings, each terminated by a zero.
        var ids = Encoding.Unicode.GetString(variables.Read("LoaderEntries", s_loader)).Split('\0');
        if (ids.FirstOrDefault(IsOurs) is { } id)
        {
            return new LoaderEntry(variables, id);
        }

        why = $"the boot loader found no entry {string.Join(" or ", s_ids)} when it started this system";
        return null;
    }

    public bool ReadsKeysFrom(string file) => id == $"-{OneTimeEntries.Name}.conf";

    public void Order() => variables.Set(OneShot, s_loader, Encoding.Unicode.GetBytes(id + '\0'));

    public void TakeBack() => variables.Remove(OneShot, s_loader);
}
