using System.Security.Cryptography;
using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Offers;

/// <summary>The ids by which desktops name boot entries: an id stays the same as long as its entry does, wherever the disk is mounted.</summary>
public static class EntryIds
{
    private const int Bytes = 8;

    /// <summary>The id of an entry.</summary>
    public static string Of(BootSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var text = string.Join('\0', spec.Id, spec.Title, spec.CommandLine, Path.GetFileName(spec.Kernel.Path), string.Join('/', spec.Initrds.Select(initrd => Path.GetFileName(initrd.Path))));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, Bytes));
    }

    /// <summary>The entry with that id; the default entry if the id is empty; null if there is none.</summary>
    public static BootSpec? Find(BootMenu menu, string id)
    {
        ArgumentNullException.ThrowIfNull(menu);
        return string.IsNullOrEmpty(id) ? menu.Default : menu.Entries.FirstOrDefault(spec => Of(spec) == id);
    }

    /// <summary>Describes the menu for the desktop.</summary>
    /// <param name="menu">The menu with all entries.</param>
    /// <param name="chosen">The entry that is chosen if the person does nothing.</param>
    /// <param name="seconds">How many seconds the desktop waits for a choice.</param>
    public static EntryMenu Describe(BootMenu menu, BootSpec chosen, int seconds)
    {
        ArgumentNullException.ThrowIfNull(menu);
        return new(Of(chosen), seconds, [.. menu.Entries.DistinctBy(Of).Take(EntryMenu.MaxEntries).Select(spec => new EntryChoice(Of(spec), Cut(spec.Title), Cut(spec.KernelRelease)))]);
    }

    private static string Cut(string text) => text.Length > EntryMenu.MaxTextLength ? text[..EntryMenu.MaxTextLength] : text;
}
