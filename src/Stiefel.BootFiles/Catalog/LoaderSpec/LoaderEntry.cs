using System.Globalization;
using System.Runtime.InteropServices;

namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>A type #1 entry of the Boot Loader Specification (UAPI.1): `KEY VALUE` lines.</summary>
internal sealed record LoaderEntry
{
    /// <summary>The file name without `.conf` and without the counter of boot attempts.</summary>
    public required string Id { get; init; }

    /// <summary>Where it stands, absolute.</summary>
    public required string Source { get; init; }

    public string Title { get; private set; } = "";

    public string Version { get; private set; } = "";

    public string MachineId { get; private set; } = "";

    public string SortKey { get; private set; } = "";

    public string Architecture { get; private set; } = "";

    /// <summary>`linux`, or `efi` or `uki`, which may name a kernel or a unified image too.</summary>
    public string Kernel { get; private set; } = "";

    public List<string> Initrds { get; } = [];

    public string Options { get; private set; } = "";

    /// <summary>True if its attempts are used up (`NAME+0-3.conf`): it is known not to boot.</summary>
    public bool IsBad { get; init; }

    /// <summary>True if this processor can run it.</summary>
    public bool FitsArchitecture => Architecture.ToLowerInvariant() switch
    {
        "" => true,
        "x64" => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64,
        "aa64" => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64,
        _ => false,
    };

    /// <summary>Reads one; lines it does not know are passed over, as the specification asks.</summary>
    public static LoaderEntry Parse(string fileName, string source, string text)
    {
        (var id, var bad) = CutCounter(Path.GetFileNameWithoutExtension(fileName));
        var entry = new LoaderEntry { Id = id, Source = source, IsBad = bad };
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var end = line.AsSpan().IndexOfAny(' ', '\t');
            if (line[0] != '#' && end > 0)
            {
                entry.Set(line[..end], line[end..].Trim());
            }
        }

        return entry;
    }

    /// <summary>The specification's order of the menu: what is to be tried first comes first.</summary>
    public static int CompareForMenu(LoaderEntry a, LoaderEntry b)
    {
        var order = a.IsBad.CompareTo(b.IsBad);
        order = order != 0 ? order : (a.SortKey.Length == 0).CompareTo(b.SortKey.Length == 0);
        if (order == 0 && a.SortKey.Length > 0)
        {
            order = string.CompareOrdinal(a.SortKey, b.SortKey);
            order = order != 0 ? order : string.CompareOrdinal(a.MachineId, b.MachineId);
            order = order != 0 ? order : VersionOrder.Instance.Compare(b.Version, a.Version);
        }

        return order != 0 ? order : VersionOrder.Instance.Compare(b.Id, a.Id);
    }

    private void Set(string key, string value)
    {
        switch (key)
        {
            case "title":
                Title = value;
                break;
            case "version":
                Version = value;
                break;
            case "machine-id":
                MachineId = value;
                break;
            case "sort-key":
                SortKey = value;
                break;
            case "architecture":
                Architecture = value;
                break;
            case "linux" or "efi" or "uki":
                Kernel = value;
                break;
            case "initrd":
                // Fedora writes `$tuned_initrd` after the name; GRUB takes several names on the line.
                Initrds.AddRange(value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                break;
            case "options":
                Options = Options.Length == 0 ? value : $"{Options} {value}";
                break;
        }
    }

    /// <summary>`NAME+LEFT` or `NAME+LEFT-DONE` (the specification's boot counting).</summary>
    private static (string Id, bool Bad) CutCounter(string name)
    {
        var plus = name.LastIndexOf('+');
        if (plus <= 0)
        {
            return (name, false);
        }

        var numbers = name[(plus + 1)..].Split('-');
        return numbers.Length <= 2 && numbers.All(number => uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? (name[..plus], uint.Parse(numbers[0], CultureInfo.InvariantCulture) == 0)
            : (name, false);
    }
}
