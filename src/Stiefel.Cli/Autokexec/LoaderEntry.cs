using System.Text;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Autokexec;

/// <summary>An entry of systemd-boot: LoaderEntryOneShot, which the loader forgets as it follows it, as `bootctl set-oneshot` has it (systemd.io/BOOT_LOADER_INTERFACE).</summary>
internal sealed class LoaderEntry(EfiVariables variables, string id) : IOneTimeEntry
{
    /// <summary>The variable.</summary>
    internal const string OneShot = "LoaderEntryOneShot";

    // EFI_LOADER_FEATURE_ENTRY_ONESHOT.
    private const int CanOneShot = 1 << 3;

    // The leading dash is what keeps an entry without a sort-key from becoming the default.
    private static readonly string[] s_ids = [$"{OneTimeEntries.Name}.conf", $"-{OneTimeEntries.Name}.conf", $"{OneTimeEntries.Name}.efi"];

    private static readonly Guid s_loader = new("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f");

    public string Description => $"the boot loader's entry {id}, by {OneShot}";

    /// <summary>Is this the order of such an entry?</summary>
    public static bool IsOurs(string id) => s_ids.Contains(id, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc cref="FirmwareEntry.Find"/>
    public static LoaderEntry? Find(EfiVariables variables, out string why)
    {
        why = "";
        if (variables.Read("LoaderFeatures", s_loader) is not [var features, ..] || (features & CanOneShot) == 0)
        {
            why = "no boot loader that takes orders from the firmware's variables (systemd-boot) started this system";
            return null;
        }

        // Each ends with a zero.
        var ids = Encoding.Unicode.GetString(variables.Read("LoaderEntries", s_loader)).Split('\0');
        if (ids.FirstOrDefault(IsOurs) is { } id)
        {
            return new LoaderEntry(variables, id);
        }

        why = $"the boot loader saw no entry {string.Join(" or ", s_ids)} when it started this system";
        return null;
    }

    public void Order() => variables.Set(OneShot, s_loader, Encoding.Unicode.GetBytes(id + '\0'));

    public void TakeBack() => variables.Remove(OneShot, s_loader);
}
