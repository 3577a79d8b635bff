using System.Globalization;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Chooses from a menu as GRUB does without anyone at the keyboard.</summary>
internal static class GrubMenu
{
    private const int MaxSubmenuDepth = 8;

    /// <summary>
    /// The default entry and then all others, top to bottom. `default` is a number, a title or an id, and for an entry in a
    /// submenu a path of them (`1>2`); what does not exist counts as the first entry (GNU GRUB manual, "default").
    /// </summary>
    public static IEnumerable<(GrubMenuItem Item, GrubBoot? Boot)> InBootOrder(GrubInterpreter interpreter)
    {
        var first = Choose(interpreter, interpreter.Variables.GetValueOrDefault("default", ""), 0);
        if (first is not null)
        {
            yield return first.Value;
        }

        foreach (var other in All(interpreter, 0))
        {
            if (other.Item != first?.Item)
            {
                yield return other;
            }
        }
    }

    private static (GrubMenuItem Item, GrubBoot? Boot)? Choose(GrubInterpreter interpreter, string path, int depth)
    {
        if (interpreter.Menu.Count == 0 || depth > MaxSubmenuDepth)
        {
            return null;
        }

        (var step, var below) = CutStep(path);
        var item = Find(interpreter.Menu, step);
        var inner = interpreter.Run(item);
        return item.IsSubmenu ? Choose(inner, below, depth + 1) : (item, inner.Boot);
    }

    private static IEnumerable<(GrubMenuItem Item, GrubBoot? Boot)> All(GrubInterpreter interpreter, int depth)
    {
        foreach (var item in depth <= MaxSubmenuDepth ? interpreter.Menu : [])
        {
            var inner = interpreter.Run(item);
            if (!item.IsSubmenu)
            {
                yield return (item, inner.Boot);
                continue;
            }

            foreach (var below in All(inner, depth + 1))
            {
                yield return below;
            }
        }
    }

    private static GrubMenuItem Find(List<GrubMenuItem> menu, string step)
        => int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? menu[number < menu.Count ? number : 0]
            : menu.Find(item => step.Length > 0 && (item.Id == step || item.Title == step)) ?? menu[0];

    /// <summary>Cuts at the first `>`; two of them stand for one in a title.</summary>
    private static (string Step, string Below) CutStep(string path)
    {
        var at = 0;
        while ((at = path.IndexOf('>', at)) >= 0 && at + 1 < path.Length && path[at + 1] == '>')
        {
            at += 2;
        }

        return at < 0 ? (Unescape(path), "") : (Unescape(path[..at]), path[(at + 1)..]);
    }

    private static string Unescape(string step) => step.Replace(">>", ">", StringComparison.Ordinal);
}
