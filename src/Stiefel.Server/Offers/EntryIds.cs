using System.Security.Cryptography;
using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Offers;

/// <summary>How a desktop names a boot entry: the same as long as the entry is, wherever its disk is mounted.</summary>
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

    /// <summary>The entry of that id; the first if the id is empty; null if there is none.</summary>
    public static BootSpec? Find(BootMenu menu, string id)
    {
        ArgumentNullException.ThrowIfNull(menu);
        return string.IsNullOrEmpty(id) ? menu.Default : menu.Entries.FirstOrDefault(spec => Of(spec) == id);
    }

    /// <summary>The menu as a desktop is told it.</summary>
    /// <param name="menu">All entries.</param>
    /// <param name="chosen">One of them.</param>
    /// <param name="seconds">How long the desktop asks.</param>
    public static EntryMenu Describe(BootMenu menu, BootSpec chosen, int seconds)
    {
        ArgumentNullException.ThrowIfNull(menu);
        return new(Of(chosen), seconds, [.. menu.Entries.DistinctBy(Of).Take(EntryMenu.MaxEntries).Select(spec => new EntryChoice(Of(spec), Cut(spec.Title), Cut(spec.KernelRelease)))]);
    }

    private static string Cut(string text) => text.Length > EntryMenu.MaxTextLength ? text[..EntryMenu.MaxTextLength] : text;
}
