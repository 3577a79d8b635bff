namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Finds the menu entry that `default` or `fallback` names (grub-core/normal/menu.c).</summary>
internal static class GrubChoice
{
    /// <summary>
    /// The entry with this number, title or id; the first entry if there is none. GRUB takes a title that begins with digits for a number. Fedora's
    /// GRUB does not: the ids that `blscfg` gives begin with digits.
    /// </summary>
    /// <param name="menu">Not empty.</param>
    /// <param name="wanted">The variable's value, null if it is not set; the part after a single `>` is for the submenu.</param>
    /// <param name="exists">False if there is no such entry.</param>
    /// <param name="note">What a person may want to know about the choice; null if nothing.</param>
    public static GrubMenuItem Default(IReadOnlyList<GrubMenuItem> menu, string? wanted, out bool exists, out string? note)
    {
        note = null;
        exists = true;
        if (wanted is null)
        {
            return menu[0];
        }

        var named = menu.FirstOrDefault(item => IsMeant(item, wanted));
        if (GrubNumber.Parse(wanted, out _) is not { } number || (named is not null && menu.Any(item => item.IsBls)))
        {
            exists = named is not null;
            return named ?? menu[0];
        }

        exists = number < (ulong)menu.Count;
        var numbered = menu[exists ? (int)number : 0];
        note = named is null || ReferenceEquals(named, numbered) ? null
            : $"default=\"{BootEntry.OneLine(wanted)}\" begins with a number, so GRUB takes the entry \"{BootEntry.OneLine(numbered.Title)}\" and not \"{BootEntry.OneLine(named.Title)}\"";
        return numbered;
    }

    /// <summary>The entries that are tried if the default one cannot be started.</summary>
    public static IEnumerable<GrubMenuItem> Fallbacks(IReadOnlyList<GrubMenuItem> menu, string wanted)
    {
        while (wanted.Length > 0)
        {
            if (GrubNumber.Parse(wanted, out var end) is not { } number)
            {
                if (menu.FirstOrDefault(item => IsMeant(item, wanted)) is { } named)
                {
                    yield return named;
                }

                yield break;
            }

            if (number < (ulong)menu.Count)
            {
                yield return menu[(int)number];
            }

            wanted = wanted[end..].TrimStart();
        }
    }

    /// <summary>The part after the first single `>`, which a submenu's `default` gets; null if there is none.</summary>
    public static string? Below(string wanted)
    {
        var at = 0;
        while ((at = wanted.IndexOf('>', at)) >= 0 && at + 1 < wanted.Length && wanted[at + 1] == '>')
        {
            at += 2;
        }

        return at >= 0 && at + 1 < wanted.Length ? wanted[(at + 1)..] : null;
    }

    private static bool IsMeant(GrubMenuItem item, string wanted) => Fits(item.Title, wanted) || Fits(item.Id, wanted);

    /// <summary>Compares up to a single `>`; a doubled `>` stands for one.</summary>
    private static bool Fits(string name, string wanted)
    {
        int inName = 0, at = 0;
        for (; at < wanted.Length; at++, inName++)
        {
            if (wanted[at] == '>' && (at + 1 == wanted.Length || wanted[at + 1] != '>'))
            {
                return inName == name.Length;
            }

            at += wanted[at] == '>' ? 1 : 0;
            if (inName >= name.Length || name[inName] != wanted[at])
            {
                return false;
            }
        }

        return inName == name.Length;
    }
}
